import type { SourceCredentials } from '@isthmus/model';
import { z } from 'zod';
import { textRule } from './rule.js';
import { filePath } from './text.js';

/** ARN of a role in any partition. Source: IAM user guide, “IAM identifiers”. */
export const roleArn = textRule('CFG029', 'is not the ARN of a role', (text) =>
  /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/.test(text),
);

/** What a role's trust policy may ask for. Source: STS API reference, AssumeRole. */
export const externalId = textRule('CFG029', 'is not an external id', (text) => /^[\w+=,.@:/-]{2,1224}$/.test(text));

const assumeRole = z
  .strictObject({
    arn: roleArn,
    externalId: externalId.optional(),
    sessionName: textRule('CFG029', 'is not a session name', (text) => /^[\w+=,.@-]{2,64}$/.test(text)).default(
      'isthmus',
    ),
  })
  .transform(({ arn, externalId, sessionName }): SourceCredentials => ({
    kind: 'assume-role',
    roleArn: arn,
    externalId,
    sessionName,
  }));

const fixed = z
  .strictObject({ accessKeyIdFile: filePath, secretAccessKeyFile: filePath, sessionTokenFile: filePath.optional() })
  .transform(({ accessKeyIdFile, secretAccessKeyFile, sessionTokenFile }): SourceCredentials => ({
    kind: 'static',
    accessKeyIdFile,
    secretAccessKeyFile,
    sessionTokenFile,
  }));

const webIdentity = z
  .strictObject({ roleArn, tokenFile: filePath })
  .transform((given): SourceCredentials => ({ kind: 'web-identity', ...given }));

/** `sources[].credentials`: the SDK's own chain unless a role or files are named. */
export const credentials = z
  .strictObject({ assumeRole: assumeRole.optional(), webIdentity: webIdentity.optional(), static: fixed.optional() })
  .transform((given): SourceCredentials => given.assumeRole ?? given.webIdentity ?? given.static ?? { kind: 'chain' });
