// Every scenario with npm's mqtt: driver.cjs URL VERSION first|second [CA file].
const fs = require('fs');
const assert = require('assert');
const mqtt = require('mqtt');

const [given, version, part, ca] = process.argv.slice(2);
const url = given.replace('tls://', 'mqtts://') + (given.startsWith('ws') ? '/mqtt' : '');
const payloads = [...Array(20).keys()].map((i) => `m${i}`);

async function connect(name, clean = true, will) {
  const options = {
    clientId: name, clean, reconnectPeriod: 0, connectTimeout: 20000,
    protocolVersion: { '3.1': 3, '3.1.1': 4, 5: 5 }[version],
  };
  if (version === '3.1') options.protocolId = 'MQIsdp';
  if (version === '5') options.properties = { sessionExpiryInterval: clean ? 0 : 600 };
  if (ca) options.ca = fs.readFileSync(ca);
  if (will) options.will = { topic: `will/${name}`, payload: will, qos: 1 };
  const client = mqtt.connect(url, options);
  client.got = [];
  client.waiting = [];
  client.on('message', (topic, payload, packet) => {
    const message = { topic, payload, retain: packet.retain };
    const taker = client.waiting.shift();
    if (taker) taker(message);
    else client.got.push(message);
  });
  client.take = () => new Promise((resolve, reject) => {
    if (client.got.length) return resolve(client.got.shift());
    client.waiting.push(resolve);
    setTimeout(() => reject(new Error('nothing came')), 20000).unref();
  });
  client.takeMany = async (count) => {
    const found = [];
    while (found.length < count) found.push(await client.take());
    return found;
  };
  await new Promise((resolve, reject) => client.once('connect', resolve).once('error', reject));
  return client;
}

async function first() {
  const a = await connect('a');
  const b = await connect('b');
  for (const qos of [0, 1, 2]) {
    await b.subscribeAsync(`live/${qos}`, { qos });
    for (const payload of payloads) await a.publishAsync(`live/${qos}`, payload, { qos });
    assert.deepStrictEqual((await b.takeMany(20)).map((m) => m.payload.toString()), payloads);
    console.log(`passed qos${qos}`);
  }
  await a.publishAsync('kept/x', 'old', { qos: 1, retain: true });
  await b.subscribeAsync('kept/#', { qos: 1 });
  const kept = await b.take();
  assert(kept.retain && kept.payload.toString() === 'old');
  console.log('passed retained');
  await b.subscribeAsync('wild/+/c/#', { qos: 1 });
  for (const topic of ['wild/a/x', 'wild/a/c', 'wild/b/c/d/e']) await a.publishAsync(topic, 'w', { qos: 1 });
  assert.deepStrictEqual((await b.takeMany(2)).map((m) => m.topic), ['wild/a/c', 'wild/b/c/d/e']);
  console.log('passed wildcards');
  await b.subscribeAsync('large', { qos: 2 });
  const large = Buffer.alloc(65536, 7);
  await a.publishAsync('large', large, { qos: 2 });
  assert((await b.take()).payload.equals(large));
  console.log('passed 64KiB');
  await b.subscribeAsync('will/#', { qos: 1 });
  const dying = await connect('dying', true, 'gone');
  dying.on('error', () => {});
  dying.stream.destroy();
  assert.strictEqual((await b.take()).topic, 'will/dying');
  console.log('passed will');
  const away = await connect('away', false);
  await away.subscribeAsync('away/#', { qos: 1 });
  await away.endAsync();
  for (const payload of payloads) await a.publishAsync('away/t', payload, { qos: 1 });
  await a.endAsync();
  await b.endAsync();
}

async function second() {
  const away = await connect('away', false);
  assert.deepStrictEqual((await away.takeMany(20)).map((m) => m.payload.toString()), payloads);
  await away.endAsync();
  console.log('passed offline');
}

(part === 'first' ? first() : second()).then(() => {
  console.log('done');
  process.exit(0);
}, (error) => {
  console.error(error);
  process.exit(1);
});
