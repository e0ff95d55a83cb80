import { DiscoverInstancesCommand } from '@aws-sdk/client-servicediscovery';

export const discovery = DiscoverInstancesCommand;
