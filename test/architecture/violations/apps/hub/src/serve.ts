import { SignatureV4 } from '@smithy/signature-v4';
import { request } from 'undici';

export const serve = request;
