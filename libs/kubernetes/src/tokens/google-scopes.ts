/** What GKE's API servers ask for: the second scope makes RBAC see the e-mail address. */
export const GKE_SCOPES = [
  'https://www.googleapis.com/auth/cloud-platform',
  'https://www.googleapis.com/auth/userinfo.email',
] as const;
