// The AWS SDK for JavaScript as a sender: the same records, already joined, over and over.
// usage: ship_js.mjs FOLDER_WITH_NODE_MODULES MEGABYTES < RECORD
//        AWS_ENDPOINT_URL and keys from the environment
import { createRequire } from "node:module";
import fs from "node:fs";
import path from "node:path";

const [folder, megabytes] = process.argv.slice(2);
const require = createRequire(path.resolve(folder, "package.json"));
const { FirehoseClient, PutRecordBatchCommand } = require("@aws-sdk/client-firehose");

const RECORDS = 27; // of 150,000 bytes: what fits into 4 MiB
const record = fs.readFileSync(0);
const events = RECORDS * record.filter((byte) => byte === 10).length;
const count = Math.max(1, Math.floor((megabytes * 1e6) / (RECORDS * record.length)));
const client = new FirehoseClient({ maxAttempts: 1 });

async function send(times) {
  for (let i = 0; i < times; i++) {
    const reply = await client.send(new PutRecordBatchCommand({
      DeliveryStreamName: "Audit",
      Records: Array(RECORDS).fill({ Data: record }),
    }));
    if (reply.FailedPutCount !== 0) throw new Error("some records failed");
  }
}

await send(1);
const before = process.cpuUsage(), begun = performance.now();
await send(count);
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ events: count * events, warm_up_events: events,
  cpu_s: (user + system) / 1e6, wall_s: (performance.now() - begun) / 1e3 }));
client.destroy();
