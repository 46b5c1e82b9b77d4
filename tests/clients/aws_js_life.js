// The life of a device with the AWS SDK for JavaScript v3: everything is made, looked at, and
// deleted again. Prints what it saw as one JSON object.
//
// usage: node aws_js_life.js API_URL REGION NAME   (keys from the environment)
'use strict';

const {
  IoTClient, AttachPolicyCommand, AttachThingPrincipalCommand, CreateKeysAndCertificateCommand,
  CreatePolicyCommand, CreateThingCommand, DeleteCertificateCommand, DeletePolicyCommand,
  DeleteThingCommand, DescribeCertificateCommand, DescribeThingCommand, DetachPolicyCommand,
  DetachThingPrincipalCommand, ListAttachedPoliciesCommand, ListThingPrincipalsCommand,
  UpdateCertificateCommand, UpdateThingCommand, paginateListThings,
} = require('@aws-sdk/client-iot');

const [endpoint, region, thingName] = process.argv.slice(2);
const client = new IoTClient({ endpoint, region });
const send = (Command, input) => client.send(new Command(input));
const policyName = `${thingName}-Policy`;
const policyDocument = JSON.stringify({
  Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'iot:Connect', Resource: '*' }],
});

async function refusalOf(work) {
  try {
    await work;
    return 'nothing was refused';
  } catch (error) {
    return { name: error.name, status: error.$metadata?.httpStatusCode };
  }
}

async function make() {
  const made = await send(CreateKeysAndCertificateCommand, { setAsActive: true });
  await send(CreatePolicyCommand, { policyName, policyDocument });
  await send(AttachPolicyCommand, { policyName, target: made.certificateArn });
  await send(CreateThingCommand, {
    thingName, attributePayload: { attributes: { model: 'x1' } },
  });
  await send(AttachThingPrincipalCommand, { thingName, principal: made.certificateArn });
  return made;
}

async function look({ certificateId, certificateArn, keyPair }) {
  await send(UpdateThingCommand, {
    thingName, attributePayload: { attributes: { room: 'lab' }, merge: true },
  });
  const { certificateDescription } = await send(DescribeCertificateCommand, { certificateId });
  const things = [];
  for await (const page of paginateListThings({ client, pageSize: 1 }, {})) {
    things.push(...page.things.map((thing) => thing.thingName));
  }
  return {
    key: keyPair.PrivateKey.split('\n')[0],
    status: certificateDescription.status,
    isDate: certificateDescription.creationDate instanceof Date,
    attributes: (await send(DescribeThingCommand, { thingName })).attributes,
    things,
    policies: (await send(ListAttachedPoliciesCommand, { target: certificateArn }))
      .policies.map((policy) => policy.policyName),
    isTied: (await send(ListThingPrincipalsCommand, { thingName }))
      .principals.includes(certificateArn),
    again: await refusalOf(send(CreatePolicyCommand, { policyName, policyDocument })),
    early: await refusalOf(send(DeleteCertificateCommand, { certificateId })),
  };
}

async function remove({ certificateId, certificateArn }) {
  await send(DetachThingPrincipalCommand, { thingName, principal: certificateArn });
  await send(DetachPolicyCommand, { policyName, target: certificateArn });
  await send(UpdateCertificateCommand, { certificateId, newStatus: 'INACTIVE' });
  await send(DeleteCertificateCommand, { certificateId });
  await send(DeletePolicyCommand, { policyName });
  await send(DeleteThingCommand, { thingName });
  return {
    gone: await refusalOf(send(DescribeThingCommand, { thingName })),
    certificateGone: await refusalOf(send(DescribeCertificateCommand, { certificateId })),
  };
}

async function main() {
  const made = await make();
  console.log(JSON.stringify({ ...await look(made), ...await remove(made) }));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
