import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { StaticSite } from '../../components/contract.ts';
import { type AwsContext, Part } from './part.ts';

/** Cache policy of CloudFront's own: as long as the object says (Amazon CloudFront developer guide, managed policies). */
const cachingOptimized = '658327ea-f89d-4fab-a63d-7e88639e58f6';

/** As long as verifiers keep keys that they read, in seconds. */
const cacheSeconds = 300;

/** A private bucket behind a CloudFront distribution: what is in it, anybody may read by HTTPS, and only so. */
export class Site extends Part implements StaticSite {
  readonly url: pulumi.Output<string>;
  readonly ready: readonly pulumi.Resource[];
  private readonly bucket: aws.s3.Bucket;

  constructor(name: string, context: AwsContext) {
    super('Site', name, context);
    const { config, naming } = context;
    this.bucket = new aws.s3.Bucket(
      name,
      {
        // Unique in the world by its random ending.
        bucketPrefix: naming.name(`${name}-`, 36),
        forceDestroy: !config.deletionProtection,
        tags: this.tags,
      },
      this.child,
    );
    const closed = new aws.s3.BucketPublicAccessBlock(
      name,
      {
        bucket: this.bucket.id,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      this.child,
    );
    const access = new aws.cloudfront.OriginAccessControl(
      name,
      {
        name: naming.name(name, 64),
        originAccessControlOriginType: 's3',
        signingBehavior: 'always',
        signingProtocol: 'sigv4',
      },
      this.child,
    );
    const distribution = new aws.cloudfront.Distribution(
      name,
      {
        enabled: true,
        comment: naming.name(name),
        isIpv6Enabled: true,
        httpVersion: 'http2and3',
        priceClass: 'PriceClass_100',
        defaultRootObject: 'index.html',
        origins: [
          {
            originId: 'bucket',
            domainName: this.bucket.bucketRegionalDomainName,
            originAccessControlId: access.id,
          },
        ],
        defaultCacheBehavior: {
          targetOriginId: 'bucket',
          viewerProtocolPolicy: 'https-only',
          allowedMethods: ['GET', 'HEAD'],
          cachedMethods: ['GET', 'HEAD'],
          cachePolicyId: cachingOptimized,
          compress: true,
        },
        restrictions: { geoRestriction: { restrictionType: 'none' } },
        viewerCertificate: { cloudfrontDefaultCertificate: true },
        // A distribution that is not deployed answers nobody, and the gateway asks it at once.
        waitForDeployment: true,
        tags: this.tags,
      },
      this.child,
    );
    const policy = new aws.s3.BucketPolicy(
      name,
      {
        bucket: this.bucket.id,
        policy: pulumi.jsonStringify({
          Version: '2012-10-17',
          Statement: [
            {
              Sid: 'ReadThroughCloudFront',
              Effect: 'Allow',
              Principal: { Service: 'cloudfront.amazonaws.com' },
              Action: 's3:GetObject',
              Resource: pulumi.interpolate`${this.bucket.arn}/*`,
              Condition: { StringEquals: { 'AWS:SourceArn': distribution.arn } },
            },
          ],
        }),
      },
      { ...this.child, dependsOn: [closed] },
    );
    this.url = pulumi.interpolate`https://${distribution.domainName}`;
    this.ready = [distribution, policy];
    this.registerOutputs({ url: this.url });
  }

  put(path: string, content: pulumi.Input<string>, contentType: string): pulumi.Resource {
    const key = path.replace(/^\//, '');
    return new aws.s3.BucketObjectv2(
      `${this.tags.component}-${key.replaceAll(/[^a-z0-9.-]+/gi, '-')}`,
      {
        bucket: this.bucket.id,
        key,
        content,
        contentType,
        cacheControl: `public, max-age=${cacheSeconds}`,
        tags: this.tags,
      },
      this.child,
    );
  }
}
