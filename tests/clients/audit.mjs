// Runs the audits of graphql-http against the server at the address that is given, and says which are not ok.

import { serverAudits } from 'graphql-http';

const audits = serverAudits({ url: process.argv[2] });
const results = await Promise.all(audits.map((audit) => audit.fn()));
const others = results.filter((result) => result.status !== 'ok');
for (const { id, name, status, reason } of others) console.log(`${status} ${id} ${name}: ${reason}`);
console.log(`${results.length - others.length} of ${results.length} audits are ok`);
process.exitCode = others.length;
