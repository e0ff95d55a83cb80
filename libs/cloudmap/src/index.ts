export { createAwsCloudMapSource } from './aws-cloud-map-source.js';
export type { AwsCloudMapOptions, AwsCloudMapSource } from './aws-cloud-map-source.js';
export type { AwsCredentials, CallTimeouts, CredentialsProvider } from './clients.js';
