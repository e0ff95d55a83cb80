/** What the SigV4 Authorization header says about who calls where. The signature itself is not checked. */
export interface CredentialScope {
  readonly accessKeyId: string;
  readonly region: string;
}

const SCOPE = /Credential=(?<key>[^/\s,]+)\/\d{8}\/(?<region>[^/\s,]+)\/servicediscovery\/aws4_request/;

/**
 * Reads the credential scope of `AWS4-HMAC-SHA256 Credential=<key>/<date>/<region>/servicediscovery/aws4_request, …`; undefined without one.
 * Source: AWS IAM user guide, elements of an AWS API request signature.
 */
export function credentialScopeOf(authorization: string | undefined): CredentialScope | undefined {
  if (authorization?.startsWith('AWS4-HMAC-SHA256 ') !== true) return undefined;
  const groups = SCOPE.exec(authorization)?.groups;
  const accessKeyId = groups?.['key'];
  const region = groups?.['region'];
  return accessKeyId === undefined || region === undefined ? undefined : { accessKeyId, region };
}
