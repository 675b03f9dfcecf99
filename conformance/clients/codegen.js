// graphql-codegen over the committed schema, its types compiled strictly, and the program run.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { authorization, facts, run, url } from './checks.js';

const execute = promisify(execFile);

async function command(...words) {
  await execute(process.execPath, words).catch((error) => {
    throw new Error(error.stdout + error.stderr);
  });
}

const program = () => import('./codegen/built/app.js');

await run({
  'types are written for every document': async () => {
    await rm('codegen/generated', { recursive: true, force: true });
    await command('node_modules/@graphql-codegen/cli/esm/bin.js', '--config', 'codegen/codegen.json');
  },
  'they compile under every strict option': async () => {
    await rm('codegen/built', { recursive: true, force: true });
    await command('node_modules/typescript/bin/tsc', '--project', 'codegen/tsconfig.json');
  },
  'the program reads what is there': async () => {
    const { asking, titles } = await program();
    const found = await titles(asking(url, {}));
    assert.equal(found.length, facts.articles.length);
    assert.deepEqual([...new Set(found.map(({ author }) => author))], [facts.author]);
  },
  'the program writes, and is told why not': async () => {
    const { asking, create } = await program();
    const write = (headers, title) => create(asking(url, headers), title, facts.person, facts.organization);
    assert.equal(await write({ authorization }, '代码'), 'version 1');
    assert.equal(await write({ authorization }, ''), 'input.title');
    assert.equal(await write({}, '代码'), 'FORBIDDEN');
  },
});
