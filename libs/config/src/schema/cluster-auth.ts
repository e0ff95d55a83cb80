import type { ClusterAuth } from '@isthmus/model';
import { z } from 'zod';
import { externalId, roleArn } from './credentials.js';
import { textRule } from './rule.js';
import { region } from './text.js';

/** Source: Amazon EKS API reference, CreateCluster. */
const eksName = textRule('CFG047', 'is not the name of an EKS cluster', (text) =>
  /^[0-9A-Za-z][\w-]{0,99}$/.test(text),
);

/** Source: Microsoft Entra, “Application and service principal objects”: ids are UUIDs. */
const uuid = textRule('CFG047', 'is not a UUID', (text) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text));

const eks = z
  .strictObject({ clusterName: eksName, region, roleArn: roleArn.optional(), externalId: externalId.optional() })
  .transform((given): ClusterAuth => ({ kind: 'eks', ...given, roleArn: given.roleArn, externalId: given.externalId }));

const aks = z
  .strictObject({ tenantId: uuid.optional(), clientId: uuid.optional() })
  .transform(({ tenantId, clientId }): ClusterAuth => ({ kind: 'aks', tenantId, clientId }));

const gke = z.strictObject({}).transform((): ClusterAuth => ({ kind: 'gke' }));

const fromKubeconfig = z.strictObject({}).transform((): ClusterAuth => ({ kind: 'kubeconfig' }));

/** `clusters[].auth`: the kubeconfig's own credential unless a cloud is named. */
export const clusterAuth = z
  .strictObject({
    kubeconfig: fromKubeconfig.optional(),
    eks: eks.optional(),
    aks: aks.optional(),
    gke: gke.optional(),
  })
  .transform((given): ClusterAuth => given.eks ?? given.aks ?? given.gke ?? given.kubeconfig ?? { kind: 'kubeconfig' });
