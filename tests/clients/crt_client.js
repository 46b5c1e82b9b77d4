// The AWS IoT device SDK (on the AWS CRT) as a child process: commands come as JSON lines on
// standard input, what happens goes out as JSON lines. Its builders are used as its users use them.
'use strict';

const readline = require('readline');
const { auth: awsAuth, iot, mqtt, mqtt5 } = require('aws-iot-device-sdk-v2');

// The SDK warns of ports other than 443 on standard output.
console.log = console.error;

const tell = (event) => process.stdout.write(JSON.stringify(event) + '\n');
const text = (payload) => Buffer.from(payload ?? '').toString();

/** Of an access key, with which a WebSocket is signed (SigV4). */
const provider = ({ id, secret, token }) =>
  awsAuth.AwsCredentialsProvider.newStatic(id, secret, token ?? undefined);

/** MQTT 3.1.1: one connection, without a way to see a PUBACK's reason. */
class Client311 {
  builder({ websocket, auth, certificate }) {
    const Builder = iot.AwsIotMqttConnectionConfigBuilder;
    if (certificate) {
      return Builder.new_mtls_builder_from_path(certificate.cert, certificate.key);
    }
    if (auth.key) {
      return Builder.new_with_websockets({
        region: auth.region, credentials_provider: provider(auth.key),
      });
    }
    const builder = websocket ? Builder.new_builder_for_websocket() : Builder.new_default_builder();
    return builder.with_custom_authorizer(auth.username, auth.authorizerName,
      auth.tokenSignature ?? '', auth.password, auth.tokenKeyName, auth.tokenValue);
  }

  connect({ host, port, ca, clientId, will, ...login }) {
    const builder = this.builder(login);
    builder.with_endpoint(host).with_port(port).with_client_id(clientId).with_clean_session(true)
      .with_certificate_authority_from_path(undefined, ca);
    if (will) builder.with_will({ ...will, qos: mqtt.QoS.AtLeastOnce, retain: false });
    this.connection = new mqtt.MqttClient().new_connection(builder.build());
    this.connection.on('message', (topic, payload) => tell({
      event: 'message', topic, payload: text(payload),
    }));
    this.connection.on('disconnect', () => tell({ event: 'end' }));
    this.connection.connect().then(
      (sessionPresent) => tell({ event: 'connect', sessionPresent }),
      (error) => tell({ event: 'refused', error: error.error_name ?? error.message }));
  }

  subscribe({ topic, qos }) {
    this.connection.subscribe(topic, qos).then(
      (granted) => tell({ event: 'subscribe', codes: [granted.error_code || granted.qos] }),
      (error) => tell({ event: 'subscribe', error: error.message }));
  }

  publish({ topic, payload, qos }) {
    this.connection.publish(topic, payload, qos).then(
      () => tell({ event: 'publish' }),
      (error) => tell({ event: 'publish', error: error.message }));
  }

  end() { this.connection.disconnect(); }
}

class Client5 {
  builder(host, { websocket, auth, certificate }) {
    const Builder = iot.AwsIotMqtt5ClientConfigBuilder;
    if (certificate) {
      return Builder.newDirectMqttBuilderWithMtlsFromPath(host, certificate.cert, certificate.key);
    }
    if (auth.key) {
      return Builder.newWebsocketMqttBuilderWithSigv4Auth(
        host, { credentialsProvider: provider(auth.key), region: auth.region });
    }
    return websocket
      ? Builder.newWebsocketMqttBuilderWithCustomAuth(host, auth)
      : Builder.newDirectMqttBuilderWithCustomAuth(host, auth);
  }

  connect({ host, port, ca, clientId, will, ...login }) {
    const builder = this.builder(host, login);
    builder.withPort(port).withCertificateAuthorityFromPath(undefined, ca)
      .withConnectProperties({
        keepAliveIntervalSeconds: 60,
        clientId,
        will: will && { topicName: will.topic, payload: will.payload, qos: 1 },
      });
    this.client = new mqtt5.Mqtt5Client(builder.build());
    this.client.on('connectionSuccess', ({ connack, settings }) => tell({
      event: 'connect', sessionPresent: connack.sessionPresent, connack, settings,
    }));
    this.client.on('connectionFailure', ({ error, connack }) => {
      tell({ event: 'refused', error: error.error_name ?? error.message, connack });
      this.client.stop();
    });
    this.client.on('disconnection', ({ disconnect }) => tell({ event: 'end', disconnect }));
    this.client.on('messageReceived', ({ message }) => tell({
      event: 'message', topic: message.topicName, payload: text(message.payload),
      userProperties: message.userProperties, contentType: message.contentType,
      responseTopic: message.responseTopic, correlation: text(message.correlationData),
    }));
    this.client.start();
  }

  subscribe({ topic, qos }) {
    this.client.subscribe({ subscriptions: [{ topicFilter: topic, qos }] }).then(
      (suback) => tell({ event: 'subscribe', codes: suback.reasonCodes }),
      (error) => tell({ event: 'subscribe', error: error.message }));
  }

  publish({ topic, payload, qos, ...properties }) {
    this.client.publish({ topicName: topic, payload, qos, ...properties }).then(
      (puback) => tell({ event: 'publish', code: puback?.reasonCode, reason: puback?.reasonString }),
      (error) => tell({ event: 'publish', error: error.message }));
  }

  end() { this.client.stop({ reasonCode: mqtt5.DisconnectReasonCode.NormalDisconnection }); }
}

let client;

readline.createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { command, ...options } = JSON.parse(line);
    if (command === 'connect') client = options.version === 5 ? new Client5() : new Client311();
    client[command](options);
  })
  .on('close', () => process.exit(0));
