// MQTT.js as a child process: commands come as JSON lines on standard input, what happens goes
// out as JSON lines. The first line has the options of mqtt.connect.
'use strict';

const fs = require('fs');
const readline = require('readline');
const mqtt = require('mqtt');

const tell = (event) => process.stdout.write(JSON.stringify(event) + '\n');
const failure = (error) => ({ message: error.message, code: error.code });

let client;

function connect(options) {
  if (options.ca) options.ca = fs.readFileSync(options.ca);
  client = mqtt.connect({ reconnectPeriod: 0, connectTimeout: 30000, ...options });
  client.on('connect', (packet) => tell({
    event: 'connect', sessionPresent: packet.sessionPresent, properties: packet.properties,
  }));
  client.on('error', (error) => tell({ event: 'error', ...failure(error) }));
  client.on('close', () => tell({ event: 'close' }));
  client.on('disconnect', (packet) => tell({ event: 'disconnect', code: packet.reasonCode }));
  client.on('packetreceive', (packet) => {
    if (packet.cmd === 'connack') {
      tell({
        event: 'connack',
        code: packet.reasonCode ?? packet.returnCode,
        reason: packet.properties?.reasonString,
      });
    }
    if (packet.cmd === 'puback') {
      tell({
        event: 'puback', code: packet.reasonCode ?? 0, reason: packet.properties?.reasonString,
      });
    }
  });
  client.on('message', (topic, payload) => tell({
    event: 'message', topic, payload: payload.toString(),
  }));
}

const commands = {
  connect,
  subscribe: ({ topic, qos }) => client.subscribe(topic, { qos }, (error, granted) => tell({
    event: 'subscribe', error: error ? failure(error) : null,
    codes: (granted ?? []).map((one) => one.qos),
  })),
  publish: ({ topic, payload, qos, retain }) => client.publish(topic, payload, { qos, retain },
    (error) => tell({ event: 'publish', error: error ? failure(error) : null })),
  end: () => client.end(),
};

readline.createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { command, ...options } = JSON.parse(line);
    commands[command](options);
  })
  .on('close', () => process.exit(0));
