/** Error codes that belong to the Cloud Map service model. Source: AWS Cloud Map API reference, errors of each action. */
export const MODELLED_ERRORS = [
  'CustomHealthNotFound',
  'InstanceNotFound',
  'InvalidInput',
  'NamespaceAlreadyExists',
  'NamespaceNotFound',
  'OperationNotFound',
  'RequestLimitExceeded',
  'ResourceInUse',
  'ResourceLimitExceeded',
  'ServiceAlreadyExists',
  'ServiceNotFound',
] as const;

/** Error codes that AWS sends for every service, outside the service model. */
export const COMMON_ERRORS = [
  'AccessDeniedException',
  'InternalFailure',
  'MissingAuthenticationTokenException',
  'SerializationException',
  'ThrottlingException',
  'UnknownOperationException',
  'UnrecognizedClientException',
] as const;

/** Every error code that the emulated Cloud Map can answer with. */
export type CloudMapErrorCode = (typeof MODELLED_ERRORS)[number] | (typeof COMMON_ERRORS)[number];

/** An error answer of Cloud Map: code, message, and the members that some errors carry besides. */
export class CloudMapError extends Error {
  override readonly name = 'CloudMapError';
  readonly code: CloudMapErrorCode;
  readonly members: Readonly<Record<string, string>>;

  constructor(code: CloudMapErrorCode, message: string, members: Readonly<Record<string, string>> = {}) {
    super(message);
    this.code = code;
    this.members = members;
  }
}

/** True when the code is part of the Cloud Map service model, so that the wire carries it with its namespace. */
export function isModelledError(code: CloudMapErrorCode): boolean {
  return MODELLED_ERRORS.some((modelled) => modelled === code);
}

const HTTP_STATUS: Partial<Record<CloudMapErrorCode, number>> = {
  InternalFailure: 500,
  MissingAuthenticationTokenException: 403,
  UnrecognizedClientException: 403,
};

/** HTTP status of an error: 400 for all but a few, as the API reference says. */
export function httpStatusOf(code: CloudMapErrorCode): number {
  return HTTP_STATUS[code] ?? 400;
}
