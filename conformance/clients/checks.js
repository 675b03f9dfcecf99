// Runs named checks one after the other and tells each result as a line of JSON on standard output.
import { setTimeout as pause } from 'node:timers/promises';

export const url = process.env.XINFENG_URL;
export const socketUrl = url.replace(/^http/, 'ws');
export const token = process.env.XINFENG_TOKEN;
export const facts = JSON.parse(process.env.XINFENG_FACTS);
export const authorization = `Bearer ${token}`;

const LONGEST_MS = 20_000;

function tell(result) {
  process.stdout.write(JSON.stringify(result) + '\n');
}

// One result from outside, for suites that have their checks elsewhere.
export function report(name, failure) {
  tell({ name, passed: failure === undefined, detail: failure ?? '' });
}

export async function run(checks) {
  for (const [name, check] of Object.entries(checks)) {
    const late = pause(LONGEST_MS, undefined, { ref: false }).then(() => {
      throw new Error(`not done after ${LONGEST_MS / 1000} s`);
    });
    try {
      await Promise.race([check(), late]);
      report(name);
    } catch (error) {
      report(name, String(error?.stack ?? error));
    }
  }
  end(Object.keys(checks).length);
}

// Without this line a suite counts as failed: it ended before its last check.
export function end(count) {
  tell({ done: count });
  process.exit();
}
