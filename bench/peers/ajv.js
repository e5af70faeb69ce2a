// JSON.parse and ajv: the protocol of bench/schema_child.h.
// usage: node ajv.js SCHEMA LINES assert|annotate PASSES MODULES
'use strict';
const fs = require('fs');
const readline = require('readline');

const [schemaFile, linesFile, formats, passesText, modules] = process.argv.slice(2);
const requirePeer = require('module').createRequire(require('path').resolve(modules) + '/');
const passes = Number(passesText);
const schema = JSON.parse(fs.readFileSync(schemaFile, 'utf8'));
const texts = fs.readFileSync(linesFile, 'utf8').split('\n').slice(0, -1);

function makeAjv() {
  const draft = String(schema.$schema);
  const asserting = formats === 'assert';
  const options = {strict: false, logger: false, validateFormats: asserting};
  let name = 'ajv';
  if (draft.includes('2020-12')) name = 'ajv/dist/2020';
  else if (draft.includes('2019-09')) name = 'ajv/dist/2019';
  else if (draft.includes('draft-04')) name = 'ajv-draft-04';
  const Ajv = requirePeer(name).default || requirePeer(name);
  const ajv = new Ajv(options);
  if (draft.includes('draft-06')) ajv.addMetaSchema(requirePeer('ajv/dist/refs/json-schema-draft-06.json'));
  if (asserting) (requirePeer('ajv-formats').default || requirePeer('ajv-formats'))(ajv);
  return ajv;
}

// Elapsed or processor time, whichever is less: the one leaves out other work on the machine, the
// other the helper threads of the JavaScript engine.
function time(work) {
  const cpu = process.cpuUsage();
  const start = process.hrtime.bigint();
  work();
  const elapsed = Number(process.hrtime.bigint() - start);
  const used = process.cpuUsage(cpu);
  return Math.min(elapsed, (used.user + used.system) * 1000);
}

let validate;
let compileNs;
try {
  const ajv = makeAjv();
  compileNs = time(() => { validate = ajv.compile(schema); });
} catch (error) {
  console.log('cannot ' + String(error.message).replace(/\s+/g, ' ').slice(0, 200));
  process.exit(0);
}
const values = texts.map((text) => JSON.parse(text));
console.log('ready ' + Math.round(compileNs) + ' ' + values.map((v) => (validate(v) ? 1 : 0)).join(''));

function parseAndValidate() {
  let valid = 0;
  for (let pass = 0; pass < passes; pass++)
    for (let i = 0; i < texts.length; i++) valid += validate(JSON.parse(texts[i]));
  return valid;
}

function validateOnly() {
  let valid = 0;
  for (let pass = 0; pass < passes; pass++)
    for (let i = 0; i < values.length; i++) valid += validate(values[i]);
  return valid;
}

readline.createInterface({input: process.stdin}).on('line', () => {
  const total = time(parseAndValidate);
  console.log(Math.round(total) + ' ' + Math.round(time(validateOnly)));
});
