// The AWS SDK for JavaScript against `fiat mock`: AWS_ENDPOINT_URL and keys from the environment.
// usage: node client_mock.mjs FOLDER_WITH_NODE_MODULES
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.join(path.resolve(process.argv[2]), "package.json"));
const aws = require("@aws-sdk/client-firehose");
const client = new aws.FirehoseClient({ region: "us-west-2", maxAttempts: 1 });
const send = (command, input) => client.send(new aws[command + "Command"](input));
const DeliveryStreamName = "one";

const put = await send("PutRecordBatch", {
  DeliveryStreamName, Records: [{ Data: Buffer.from("c") }, { Data: Buffer.from("d") }] });
assert.equal(put.FailedPutCount, 0);
assert.equal(new Set(put.RequestResponses.map((each) => each.RecordId)).size, 2);
const told = (await send("DescribeDeliveryStream", { DeliveryStreamName }))
  .DeliveryStreamDescription;
assert.equal(told.DeliveryStreamStatus, "ACTIVE");
assert.ok(Math.abs(told.CreateTimestamp - new Date()) < 60000);
assert.deepEqual((await send("ListDeliveryStreams", {})).DeliveryStreamNames, [DeliveryStreamName]);
await assert.rejects(send("PutRecordBatch", {
  DeliveryStreamName, Records: Array(501).fill({ Data: Buffer.from("x") }) }), (error) =>
  error.name === "ValidationException" && /less than or equal to 500/.test(error.message));
await assert.rejects(send("DescribeDeliveryStream", { DeliveryStreamName: "other" }),
  (error) => error instanceof aws.ResourceNotFoundException);
console.log("the SDK for JavaScript and the mock: records, streams, errors");
