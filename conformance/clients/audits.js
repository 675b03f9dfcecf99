// The public audits of GraphQL over HTTP: all of them, the optional ones too.
import { serverAudits } from 'graphql-http';
import { end, report, url } from './checks.js';

const audits = serverAudits({ url, fetchFn: fetch });
for (const audit of audits) {
  const result = await audit.fn();
  report(`${audit.id} ${audit.name}`, result.status === 'ok' ? undefined : result.reason);
}
end(audits.length);
