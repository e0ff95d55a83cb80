/** What to run instead of a kubeconfig that starts a program or asks somebody else for a token. */
export const TOKEN_KUBECONFIG_REMEDY = `Let the hub ask for the tokens itself, and this kubeconfig works as it is. Write at the cluster in isthmus.yaml one of
  auth: { eks: { clusterName: CLUSTER, region: REGION } }      # with roleArn, where another role may enter the cluster
  auth: { aks: { tenantId: TENANT, clientId: CLIENT } }        # AKS with Entra integration and workload identity
  auth: { gke: {} }                                            # workload identity, on Google Cloud or federated
Or write one that carries a ServiceAccount token. As somebody who may administer the cluster
(EKS: aws eks update-kubeconfig --name CLUSTER; AKS: az aks get-credentials --admin -n CLUSTER -g GROUP;
GKE: gcloud container clusters get-credentials CLUSTER), with the Role of deploy/rbac applied, run:
  kubectl -n isthmus create serviceaccount isthmus --dry-run=client -o yaml | kubectl apply -f -
  kubectl -n isthmus create rolebinding isthmus --role=isthmus --serviceaccount=isthmus:isthmus
  echo '{"apiVersion":"v1","kind":"Secret","type":"kubernetes.io/service-account-token","metadata":{"name":"isthmus-token","namespace":"isthmus","annotations":{"kubernetes.io/service-account.name":"isthmus"}}}' | kubectl apply -f -
  kubectl -n isthmus get secret isthmus-token -o jsonpath='{.data.ca\\.crt}' | base64 -d > ca.crt
  kubectl config --kubeconfig=cluster.yaml set-cluster target --embed-certs --certificate-authority=ca.crt --server="$(kubectl config view --minify -o jsonpath='{.clusters[0].cluster.server}')"
  kubectl config --kubeconfig=cluster.yaml set-credentials isthmus --token="$(kubectl -n isthmus get secret isthmus-token -o jsonpath='{.data.token}' | base64 -d)"
  kubectl config --kubeconfig=cluster.yaml set-context target --cluster=target --user=isthmus
  kubectl config --kubeconfig=cluster.yaml use-context target`;

/** What to run for a kubeconfig that is split over several files or holds several contexts. */
export const FLATTEN_REMEDY = 'write one by kubectl config view --raw --flatten --minify';
