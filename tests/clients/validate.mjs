// Says of each of the documents that are given, as a JSON list, whether graphql-js finds it good by the schema at the path
// that is given.

import { readFileSync } from 'node:fs';
import { buildSchema, parse, validate } from 'graphql';

const schema = buildSchema(readFileSync(process.argv[2], 'utf8'));
const documents = JSON.parse(readFileSync(0, 'utf8'));
console.log(JSON.stringify(documents.map((document) => validate(schema, parse(document)).map((error) => error.message))));
