export { createAwsCloudMapSource } from './aws-cloud-map-source.js';
export type { AwsCloudMapOptions, AwsCloudMapSource } from './aws-cloud-map-source.js';
export type { CallTimeouts } from './clients.js';
export { processCredentials, roleCredentials } from './credentials.js';
export type { AwsCredentials, CredentialsProvider, RoleCredentialsOptions } from './credentials.js';
export { checkSource } from './check-source.js';
export { iamPolicy, OPERATIONS } from './iam-policy.js';
