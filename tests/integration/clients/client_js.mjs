// The AWS SDK for JavaScript against `fiat local`: AWS_ENDPOINT_URL and keys from the environment.
// usage: node client_js.mjs FOLDER_WITH_NODE_MODULES DATA
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import fs from "node:fs";
import path from "node:path";

const [folder, data] = process.argv.slice(2).map((each) => path.resolve(each));
const require = createRequire(path.join(folder, "package.json"));
const aws = require("@aws-sdk/client-firehose");
const { version } = JSON.parse(
  fs.readFileSync(path.join(folder, "node_modules/@aws-sdk/client-firehose/package.json")));

const name = "js-stream";
const settings = { region: "us-west-2", maxAttempts: 1 };
const client = new aws.FirehoseClient(settings);
const send = (command, input, by = client) => by.send(new aws[command + "Command"](input));

async function refused(code, command, input, by) {
  await assert.rejects(send(command, input, by), (error) => {
    assert.equal(error.name, code, `${command}: ${error.name}: ${error.message}`);
    return true;
  });
}

const destination = {
  RoleARN: "arn:aws:iam::123456789012:role/x",
  BucketARN: "arn:aws:s3:::js-bucket",
  Prefix: "js/!{timestamp:yyyy'/'MM}/",
  ErrorOutputPrefix: "errors/!{firehose:error-output-type}/",
  BufferingHints: { SizeInMBs: 1, IntervalInSeconds: 900 },
  CompressionFormat: "UNCOMPRESSED",
};

async function manage() {
  const create = { DeliveryStreamName: name, ExtendedS3DestinationConfiguration: destination };
  const made = await send("CreateDeliveryStream", create);
  assert.match(made.DeliveryStreamARN, /^arn:aws:firehose:us-west-2:\d{12}:deliverystream\//);
  await refused("ResourceInUseException", "CreateDeliveryStream", create);
  const told = await send("DescribeDeliveryStream", { DeliveryStreamName: name });
  const description = told.DeliveryStreamDescription;
  assert.equal(description.DeliveryStreamStatus, "ACTIVE");
  assert(description.CreateTimestamp instanceof Date);
  assert.equal(description.Destinations[0].ExtendedS3DestinationDescription.Prefix,
               destination.Prefix);
  const listed = await send("ListDeliveryStreams", { Limit: 100 });
  assert(listed.DeliveryStreamNames.includes(name));
  await send("TagDeliveryStream", { DeliveryStreamName: name,
                                    Tags: [{ Key: "a", Value: "1" }, { Key: "b", Value: "2" }] });
  await send("UntagDeliveryStream", { DeliveryStreamName: name, TagKeys: ["a"] });
  const tags = await send("ListTagsForDeliveryStream", { DeliveryStreamName: name });
  assert.deepEqual(tags.Tags, [{ Key: "b", Value: "2" }]);
}

async function put() {
  const rows = [];
  const row = (number) => {
    rows.push(`${JSON.stringify({ row: number, text: "ü€😀".repeat(number % 50) })}\n`);
    return { Data: Buffer.from(rows.at(-1)) };
  };
  const one = await send("PutRecord", { DeliveryStreamName: name, Record: row(0) });
  assert(one.RecordId);
  for (let batch = 0; batch < 5; batch++) {
    const records = Array.from({ length: 500 }, (_, i) => row(1 + batch * 500 + i));
    const many = await send("PutRecordBatch", { DeliveryStreamName: name, Records: records });
    assert.equal(many.FailedPutCount, 0);
    assert.equal(new Set(many.RequestResponses.map((each) => each.RecordId)).size, 500);
  }
  return rows.join("");
}

async function mistakes() {
  const Record = { Data: Buffer.from("x") };
  await refused("ResourceNotFoundException", "PutRecord", { DeliveryStreamName: "nobody", Record });
  await refused("ValidationException", "PutRecordBatch",
                { DeliveryStreamName: name, Records: Array(501).fill(Record) });
  await refused("ValidationException", "PutRecord",
                { DeliveryStreamName: name, Record: { Data: Buffer.alloc(1024001) } });
  await refused("InvalidArgumentException", "PutRecordBatch",
                { DeliveryStreamName: name, Records: Array(5).fill({ Data: Buffer.alloc(1e6) }) });
  const credentials = { accessKeyId: "local", secretAccessKey: "wrong" };
  await refused("InvalidSignatureException", "ListDeliveryStreams", {},
                new aws.FirehoseClient({ ...settings, credentials }));
}

async function untilDeleted() {
  for (let tries = 0; tries < 100; tries++) {
    try {
      await send("DescribeDeliveryStream", { DeliveryStreamName: name });
    } catch (error) {
      assert.equal(error.name, "ResourceNotFoundException");
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`${name} is still there`);
}

await manage();
const sent = await put();
await mistakes();
await send("DeleteDeliveryStream", { DeliveryStreamName: name });
await untilDeleted();
const found = fs.readdirSync(path.join(data, "js-bucket"), { recursive: true, withFileTypes: true })
  .filter((each) => each.isFile() && !each.name.startsWith("."))
  .sort((a, b) => (a.name < b.name ? -1 : 1))
  .map((each) => fs.readFileSync(path.join(each.parentPath ?? each.path, each.name), "utf8"));
assert.equal(found.join(""), sent);
console.log(`@aws-sdk/client-firehose ${version}: ${sent.length} characters read back equal ` +
            `from ${found.length} objects`);
