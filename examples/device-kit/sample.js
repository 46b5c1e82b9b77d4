// A device: connects with a certificate or a password, publishes a message a second to its topic and prints
// what comes. Needs the package mqtt (MQTT.js).
//
// The options have the names of AWS's pubsub sample; start.sh and start.ps1 fill them in.
'use strict';

const fs = require('fs');
const { parseArgs } = require('util');

function loadMqtt() {
  try {
    return require('mqtt');
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
    console.error('The package mqtt is missing. In this folder: npm install mqtt');
    process.exit(1);
  }
}

const text = (value) => ({ type: 'string', default: value });
const { values: options } = parseArgs({
  options: {
    endpoint: text(), port: text('8883'), ca_file: text(), cert: text(), key: text(),
    username: text(),
    password_file: text(), alpn: text(), client_id: text(), topic: text(), message: text('hello'), count: text('0'),
  },
});
for (const name of ['endpoint', 'client_id', 'topic']) {
  if (!options[name]) {
    console.error(`--${name} is missing`);
    process.exit(2);
  }
}

const content = (file) => file && fs.readFileSync(file);
const count = Number(options.count);
const client = loadMqtt().connect({
  protocol: 'mqtts',
  host: options.endpoint,
  port: Number(options.port),
  servername: options.endpoint,
  clientId: options.client_id,
  ca: content(options.ca_file),
  cert: content(options.cert),
  key: content(options.key),
  username: options.username,
  password: options.password_file && content(options.password_file).toString().trim(),
  ALPNProtocols: options.alpn && [options.alpn],
  reconnectPeriod: 0,
});

function fail(problem) {
  console.error(problem.message || problem);
  process.exit(1);
}

let sent = 0;
let seen = 0;

function publish() {
  sent += 1;
  client.publish(options.topic, `${options.message} ${sent}`, { qos: 1 }, (error) => {
    if (error) fail(error);
    if (!count || sent < count) setTimeout(publish, 1000);
  });
}

client.on('connect', () => {
  console.log(`connected to ${options.endpoint}:${options.port} as ${options.client_id}`);
  client.subscribe(options.topic, { qos: 1 }, (error, granted) => {
    if (error) fail(error);
    if (granted[0].qos >= 0x80) fail(`the policy does not allow to subscribe to ${options.topic}`);
    publish();
  });
});
client.on('message', (topic, payload) => {
  console.log(`received ${payload}`);
  seen += 1;
  if (seen === count) {
    client.removeListener('close', ended);
    client.end(false, () => process.exit(0));
  }
});
client.on('error', fail);
const ended = () => fail('the connection ended');
client.on('close', ended);
process.on('SIGINT', () => process.exit(0));
