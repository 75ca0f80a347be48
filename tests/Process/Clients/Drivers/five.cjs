// What MQTT 5.0 added, with npm's mqtt: five.cjs URL. Prints "passed" and a name for each that works.
const assert = require('assert');
const mqtt = require('mqtt');

const url = process.argv[2].replace('tls://', 'mqtts://') + (process.argv[2].startsWith('ws') ? '/mqtt' : '');
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const until = async (isSo, what) => {
  for (let i = 0; i < 1000 && !isSo(); i++) await pause(20);
  assert(isSo(), what);
};

// A client whose messages gather in `got`.
function open(clientId, options = {}) {
  const client = mqtt.connect(url, {
    clientId, clean: true, protocolVersion: 5, reconnectPeriod: 0, rejectUnauthorized: false,
    ...options,
  });
  client.got = [];
  client.texts = () => client.got.map((packet) => packet.payload.toString());
  client.on('packetreceive', (packet) => { if (packet.cmd === 'disconnect') client.farewell = packet.reasonCode; });
  client.on('message', (topic, payload, packet) => client.got.push(packet));
  client.expect = async (...texts) => {
    await until(() => client.got.length >= texts.length, `${clientId} waits for ${texts}, has ${client.texts()}`);
    assert.deepStrictEqual(client.texts(), texts);
    return client.got.splice(0);
  };
  client.publish1 = (topic, payload, properties, more) =>
    client.publishAsync(topic, payload, { qos: 1, properties, ...more });
  client.cut = () => new Promise((resolve) => client.once('close', resolve).stream.destroy());
  return client;
}

const connect = (clientId, options) => new Promise((resolve, reject) => {
  const client = open(clientId, options);
  client.once('connect', (connack) => { client.connack = connack; resolve(client); });
  client.once('error', reject);
});
const kept = (seconds, more) => ({ clean: false, properties: { sessionExpiryInterval: seconds, ...more } });

const stories = {
  async 'assigned client id'(a) {
    const nobody = await connect('');
    assert.match(nobody.connack.properties.assignedClientIdentifier, /.+/);
    await nobody.endAsync();
  },
  async 'server keep-alive'() {
    const eager = await connect('eager', { keepalive: 600 });
    assert.strictEqual(eager.connack.properties.serverKeepAlive, 20);
    await eager.endAsync();
    const modest = await connect('modest', { keepalive: 10 });
    assert.strictEqual(modest.connack.properties.serverKeepAlive, undefined);
    await modest.endAsync();
  },
  async 'properties and user properties in order'(a, b) {
    await b.subscribeAsync('properties', { qos: 1 });
    const sent = {
      payloadFormatIndicator: true, contentType: 'text/plain', responseTopic: 'answers',
      correlationData: Buffer.from([0, 1, 255]), userProperties: { z: ['2', '1', '2'], a: '3' },
    };
    await a.publish1('properties', 'x', sent);
    const [packet] = await b.expect('x');
    assert.deepStrictEqual({ ...packet.properties, userProperties: { ...packet.properties.userProperties } }, sent);
  },
  async 'request and response'(a, b) {
    await a.subscribeAsync('answers/a', { qos: 1 });
    await b.subscribeAsync('requests', { qos: 1 });
    await a.publish1('requests', 'ask', { responseTopic: 'answers/a', correlationData: Buffer.from('7') });
    const [request] = await b.expect('ask');
    await b.publish1(request.properties.responseTopic, 'told',
      { correlationData: request.properties.correlationData });
    const [answer] = await a.expect('told');
    assert.strictEqual(answer.properties.correlationData.toString(), '7');
  },
  async 'subscription identifiers'(a, b) {
    await b.subscribeAsync('ids/#', { qos: 1, properties: { subscriptionIdentifier: 5 } });
    await b.subscribeAsync('ids/+', { qos: 0, properties: { subscriptionIdentifier: 268435455 } });
    await a.publish1('ids/x', 'x');
    const [packet] = await b.expect('x');
    assert.deepStrictEqual([packet.properties.subscriptionIdentifier].flat().sort(), [268435455, 5]);
    assert.strictEqual(packet.qos, 1);
  },
  async 'no local'(a, b) {
    await a.subscribeAsync('local', { qos: 1, nl: true });
    await b.subscribeAsync('local', { qos: 1 });
    await a.publish1('local', 'own');
    await b.expect('own');
    await b.publish1('local', 'other');
    await a.expect('other');
    await b.expect('other');
  },
  async 'retain as published'(a, b) {
    await a.subscribeAsync('rap', { qos: 1, rap: true });
    await b.subscribeAsync('rap', { qos: 1 });
    await b.publish1('rap', 'x', {}, { retain: true });
    assert.strictEqual((await a.expect('x'))[0].retain, true);
    assert.strictEqual((await b.expect('x'))[0].retain, false);
  },
  async 'retain handling'(a, b) {
    await a.publish1('rh', 'old', {}, { retain: true });
    await b.subscribeAsync('rh', { qos: 1, rh: 2 });
    await b.subscribeAsync('rh', { qos: 1, rh: 1 });
    await a.publish1('rh', 'live');
    await b.expect('live');
    await b.subscribeAsync('rh', { qos: 1, rh: 0 });
    await b.expect('old');
    await b.unsubscribeAsync('rh');
    await b.subscribeAsync('rh', { qos: 1, rh: 1 });
    await b.expect('old');
  },
  async 'reason codes'(a) {
    const pubacks = [];
    a.on('packetreceive', (packet) => { if (packet.cmd === 'puback') pubacks.push(packet.reasonCode); });
    await a.publish1('nobody/listens', 'x');
    assert.deepStrictEqual(pubacks, [0x10]);
    const [granted] = await a.subscribeAsync('granted', { qos: 2 });
    assert.strictEqual(granted.qos, 2);
    const unsubacks = [];
    a.on('packetreceive', (packet) => { if (packet.cmd === 'unsuback') unsubacks.push(packet.granted); });
    await a.unsubscribeAsync('granted');
    await a.unsubscribeAsync('never held');
    assert.deepStrictEqual(unsubacks.flat(), [0, 0x11]);
  },
  async 'message expiry'(a) {
    const away = await connect('expiry', kept(600));
    await away.subscribeAsync('expiry', { qos: 1 });
    await away.endAsync();
    await a.publish1('expiry', 'short', { messageExpiryInterval: 1 });
    await a.publish1('expiry', 'long', { messageExpiryInterval: 60 });
    await pause(2500);
    const back = await connect('expiry', kept(600));
    const left = (await back.expect('long'))[0].properties.messageExpiryInterval;
    assert(left >= 40 && left <= 58, `${left} s left`);
    await back.endAsync();
  },
  async 'session expiry'() {
    await (await connect('lives', kept(60))).cut();
    await (await connect('ends', kept(1))).cut();
    const changed = await connect('changed', kept(60));
    await changed.endAsync(false, { reasonCode: 0, properties: { sessionExpiryInterval: 0 } });
    await pause(2500);
    for (const [name, isThere] of [['lives', true], ['ends', false], ['changed', false]]) {
      const client = await connect(name, kept(60));
      assert.strictEqual(client.connack.sessionPresent, isThere, name);
      await client.endAsync(false, { reasonCode: 0, properties: { sessionExpiryInterval: 0 } });
    }
  },
  async 'receive maximum and packet size of the broker'(a) {
    assert.strictEqual(a.connack.properties.receiveMaximum, 1024);
    assert.strictEqual(a.connack.properties.maximumPacketSize, 131072);
    assert(a.connack.properties.topicAliasMaximum > 0);
    const rude = await connect('rude');
    rude.on('error', () => {});
    rude.publish('large', Buffer.alloc(140000), { qos: 1 }, () => {});
    await until(() => rude.farewell !== undefined, 'no DISCONNECT');
    assert.strictEqual(rude.farewell, 0x95);
  },
  async 'maximum packet size of the client'(a) {
    const small = await connect('small', { properties: { maximumPacketSize: 100 } });
    await small.subscribeAsync('sizes', { qos: 1 });
    await a.publish1('sizes', 'x'.repeat(100));
    await a.publish1('sizes', 'fits');
    await small.expect('fits');
    await small.endAsync();
  },
  async 'topic aliases to the broker'(a, b) {
    await b.subscribeAsync('aliases/+', { qos: 1 });
    const short = await connect('short', { autoAssignTopicAlias: true });
    const sent = [];
    short.on('packetsend', (packet) => { if (packet.cmd === 'publish') sent.push(packet.topic); });
    for (const text of ['1', '2', '3']) await short.publish1('aliases/x', text);
    assert.deepStrictEqual(sent, ['aliases/x', '', '']);
    assert((await b.expect('1', '2', '3')).every((packet) => packet.topic === 'aliases/x'));
    await short.endAsync();
  },
  async 'topic aliases to the client'(a) {
    const short = await connect('short', { properties: { topicAliasMaximum: 2 } });
    const topics = [];
    short.on('packetreceive', (packet) => {
      if (packet.cmd === 'publish') topics.push(packet.properties?.topicAlias);
    });
    await short.subscribeAsync('alias/#', { qos: 1 });
    for (const text of ['1', '2', '3']) await a.publish1('alias/long/topic', text);
    await short.expect('1', '2', '3');
    assert.deepStrictEqual(topics, [1, 1, 1]);
    await short.endAsync();
  },
  async 'shared subscriptions'(a) {
    const members = [await connect('m1'), await connect('m2')];
    for (const member of members) await member.subscribeAsync('$share/workers/jobs', { qos: 1 });
    for (let i = 0; i < 10; i++) await a.publish1('jobs', `${i}`);
    await until(() => members[0].got.length + members[1].got.length >= 10);
    assert.deepStrictEqual(members.flatMap((member) => member.texts()).sort(), [...Array(10).keys()].map(String));
    assert(members.every((member) => member.got.length > 0));
    await members[0].cut();
    members[1].got = [];
    for (const text of ['x', 'y']) await a.publish1('jobs', text);
    await members[1].expect('x', 'y');
    await members[1].endAsync();
  },
  async 'will delay'(a, b) {
    const will = (delay) => ({ topic: 'wills', payload: `${delay}`, qos: 1, properties: {
      willDelayInterval: delay, userProperties: { why: 'cut' } } });
    await b.subscribeAsync('wills', { qos: 1 });
    const back = await connect('back', { ...kept(60), will: will(2) });
    await back.cut();
    const again = await connect('back', { ...kept(60) });
    const gone = await connect('gone', { ...kept(60), will: will(3) });
    const at = Date.now();
    await gone.cut();
    const [packet] = await b.expect('3');
    assert(Date.now() - at >= 2500, 'the will came too soon');
    assert.strictEqual(packet.properties.userProperties.why, 'cut');
    await again.endAsync();
  },
  async 'disconnect with a will'(a, b) {
    const will = { topic: 'last', payload: 'word', qos: 1 };
    await b.subscribeAsync('last', { qos: 1 });
    await (await connect('quiet', { will })).endAsync();
    await (await connect('loud', { will })).endAsync(false, { reasonCode: 4 });
    await b.expect('word');
  },
  async 'taken over'() {
    const older = await connect('twice');
    const newer = await connect('twice');
    await until(() => older.farewell !== undefined, 'no DISCONNECT');
    assert.strictEqual(older.farewell, 0x8e);
    await newer.endAsync();
  },
  async 'enhanced authentication refused'() {
    const properties = { authenticationMethod: 'SCRAM-SHA-1', authenticationData: Buffer.from('n,,') };
    const refusal = await connect('auth', { properties }).then(() => null, (error) => error);
    assert.strictEqual(refusal?.code, 0x8c);
  },
};

async function play() {
  for (const [name, story] of Object.entries(stories)) {
    const a = await connect('a');
    const b = await connect('b');
    await story(a, b);
    for (const client of [a, b]) {
      assert.deepStrictEqual(client.texts(), [], `${name}: more came`);
      await client.endAsync();
    }
    console.log(`passed ${name}`);
  }
  console.log('done');
}

play().then(() => process.exit(0), (error) => {
  console.error(error);
  process.exit(1);
});
