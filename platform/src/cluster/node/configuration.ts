import { join } from 'node:path'
import { controlGroup } from './control-groups.ts'
import { nodeNetwork } from './network.ts'

/** Where things of the node lie. */
export interface NodePlaces {
  /** Data, keys, logs and pid files of everything. */
  readonly folder: string
  readonly kubeconfig: string
  /** Of containerd; apart from the folder, because the kernel takes no more than 107 characters. */
  readonly socket: string
}

export const nodeName = 'node'

export const containerdConfiguration = ({ folder, socket }: NodePlaces, pause: string): string => `
version = 2
root = "${join(folder, 'containerd')}"
state = "${join(folder, 'containerd-state')}"
[grpc]
  address = "${socket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pause}"
  # Below /run/netns they would lie among those of the machine's other runtimes; here they are unmounted with the rest.
  netns_mounts_under_state_dir = true
  # Where root lacks CAP_SYS_RESOURCE, runc may not make a process less likely to be killed than its parent.
  restrict_oom_score_adj = true
[plugins."io.containerd.grpc.v1.cri".cni]
  bin_dir = "/usr/lib/cni"
  conf_dir = "${join(folder, 'cni')}"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
  SystemdCgroup = false
`

export const bridgeConfiguration = ({ folder }: NodePlaces): object => ({
  cniVersion: '0.4.0',
  name: 'bridge',
  plugins: [
    {
      type: 'bridge',
      bridge: 'cni0',
      isGateway: true,
      hairpinMode: true,
      ipam: {
        type: 'host-local',
        dataDir: join(folder, 'addresses'),
        ranges: [[{ subnet: nodeNetwork.pods }]],
        routes: [{ dst: '0.0.0.0/0' }],
      },
    },
    { type: 'portmap', capabilities: { portMappings: true } },
  ],
})

export const kubeletConfiguration = ({ folder, socket }: NodePlaces): object => ({
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  failCgroupV1: false,
  cgroupDriver: 'cgroupfs',
  cgroupRoot: controlGroup,
  containerRuntimeEndpoint: `unix://${socket}`,
  failSwapOn: false,
  address: nodeNetwork.address,
  clusterDomain: 'cluster.local',
  clusterDNS: [nodeNetwork.address],
  podLogsDir: join(folder, 'pod-logs'),
  volumePluginDir: join(folder, 'volume-plugins'),
  // Images were imported: one that is thrown away to make room cannot be pulled again.
  imageGCHighThresholdPercent: 100,
  imageGCLowThresholdPercent: 99,
  evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '1%' },
  // The node lives in a network of its own, which only this machine reaches.
  authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
  authorization: { mode: 'AlwaysAllow' },
})

export const proxyConfiguration = ({ kubeconfig }: NodePlaces): object => ({
  apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
  kind: 'KubeProxyConfiguration',
  mode: 'nftables',
  hostnameOverride: nodeName,
  clusterCIDR: nodeNetwork.pods,
  clientConnection: { kubeconfig },
  conntrack: { maxPerCore: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
})

/** A block of one line is an error to CoreDNS. */
export const corefile = ({ kubeconfig }: NodePlaces): string => `.:53 {
  bind ${nodeNetwork.address}
  errors
  kubernetes cluster.local in-addr.arpa {
    kubeconfig ${kubeconfig} alta
    pods insecure
  }
  cache 5
}
`
