import type { PackageModel } from '../../model.ts';
import { regionOf } from './addresses.ts';

/** Look-ups of the SDK (`aws.getCallerIdentity()`). */
export const awsFunctions: PackageModel['functions'] = {
  'aws:index/getCallerIdentity:getCallerIdentity': (_args, { cloud }) => ({
    id: cloud.account,
    accountId: cloud.account,
    arn: `arn:aws:iam::${cloud.account}:user/simulated`,
    userId: 'AIDASIMULATED',
  }),
  // Of a user there is no role behind the session: AWS gives back what was asked.
  'aws:iam/getSessionContext:getSessionContext': ({ arn }) => ({
    id: arn,
    arn,
    issuerArn: arn,
    issuerId: 'AIDASIMULATED',
    issuerName: 'simulated',
    sessionName: '',
  }),
  'aws:index/getPartition:getPartition': () => ({
    id: 'aws',
    partition: 'aws',
    dnsSuffix: 'amazonaws.com',
    reverseDnsPrefix: 'com.amazonaws',
  }),
  'aws:index/getRegion:getRegion': (args, context) => {
    const region = String(args.region ?? regionOf(context));
    return { id: region, name: region, region, description: region, endpoint: `ec2.${region}.amazonaws.com` };
  },
  'aws:index/getAvailabilityZones:getAvailabilityZones': (args, context) => {
    const region = regionOf(context);
    // Ids are what stays the same from account to account; the letters are dealt out anew.
    const short = region.replace(/^(\w\w)-(\w)\w*-(\d)$/, '$1$2$3');
    const excluded = Array.isArray(args.excludeZoneIds) ? args.excludeZoneIds : [];
    const zones = ['c', 'a', 'd', 'b']
      .map((letter, at) => ({ name: `${region}${letter}`, id: `${short}-az${at + 1}` }))
      .filter(({ id }) => !excluded.includes(id))
      .sort((one, other) => one.name.localeCompare(other.name));
    return {
      ...args,
      id: region,
      region,
      names: zones.map(({ name }) => name),
      zoneIds: zones.map(({ id }) => id),
      groupNames: [region],
    };
  },
  // Another one each time: a program must not take it for a change.
  'aws:ecr/getAuthorizationToken:getAuthorizationToken': (_args, context) => {
    const password = context.cloud.random(40);
    return {
      id: regionOf(context),
      region: regionOf(context),
      authorizationToken: Buffer.from(`AWS:${password}`).toString('base64'),
      expiresAt: '2100-01-01T00:00:00Z',
      password,
      proxyEndpoint: `https://${context.cloud.account}.dkr.ecr.${regionOf(context)}.amazonaws.com`,
      userName: 'AWS',
    };
  },
  'aws:ec2/getManagedPrefixList:getManagedPrefixList': (args) => ({
    ...args,
    id: 'pl-0a1b2c3d',
    arn: `arn:aws:ec2:eu-west-1:aws:prefix-list/pl-0a1b2c3d`,
    addressFamily: 'IPv4',
    entries: [],
    maxEntries: 55,
    ownerId: 'AWS',
    tags: {},
    version: 1,
  }),
  'aws:cloudfront/getCachePolicy:getCachePolicy': (args) => ({
    ...args,
    id: '658327ea-f89d-4fab-a63d-7e88639e58f6',
  }),
  'aws:cloudfront/getOriginRequestPolicy:getOriginRequestPolicy': (args) => ({
    ...args,
    id: '88a5eaf4-2fd4-4709-b370-b4c650ea3fcf',
  }),
};
