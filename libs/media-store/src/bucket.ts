import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { Readable } from 'node:stream';
import { NotStored, type MediaStore } from './media-store.js';

const PART_BYTES = 5 * 1024 * 1024;

/**
 * A store in a bucket of S3 or a compatible server: `s3://bucket/prefix?region=eu-central-1&endpoint=https://…`. The AWS
 * SDK finds the credentials (environment, profile, instance). With an endpoint, URLs have the form `https://server/bucket`:
 * few compatible servers have a host name per bucket.
 */
export async function openBucket(url: URL): Promise<MediaStore> {
  const Bucket = url.host;
  const prefix = url.pathname.replace(/^\/|\/$/g, '');
  const endpoint = url.searchParams.get('endpoint');
  const s3 = new S3Client({
    region: url.searchParams.get('region') ?? 'us-east-1',
    ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
    // Not all compatible servers support checksums that follow a stream.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const at = (key: string) => ({ Bucket, Key: prefix ? `${prefix}/${key}` : key });

  return Promise.resolve({
    async put(key, bytes) {
      // The object appears only when all parts are uploaded. At most two parts are in memory.
      const upload = new Upload({
        client: s3,
        params: { ...at(key), Body: Readable.from(bytes, { objectMode: false }) },
        partSize: PART_BYTES,
        queueSize: 2,
      });
      await upload.done();
    },

    async open(key) {
      const { Body } = await s3.send(new GetObjectCommand(at(key))).catch((error: unknown) => {
        throw error instanceof NoSuchKey ? new NotStored(key) : error;
      });
      return Body as Readable;
    },

    async delete(key) {
      await s3.send(new DeleteObjectCommand(at(key)));
    },

    async *list() {
      for (let ContinuationToken: string | undefined; ;) {
        const page = await s3.send(
          new ListObjectsV2Command({ Bucket, Prefix: prefix ? `${prefix}/` : '', ContinuationToken }),
        );
        for (const { Key = '', LastModified = new Date() } of page.Contents ?? [])
          yield { key: prefix ? Key.slice(prefix.length + 1) : Key, changedAt: LastModified };
        ContinuationToken = page.NextContinuationToken;
        if (!ContinuationToken) return;
      }
    },
  });
}
