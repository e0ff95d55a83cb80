import { request } from 'undici';

export const serve = request;
