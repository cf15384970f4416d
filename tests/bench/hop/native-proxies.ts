import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Processes } from '../peers/processes.ts'
import type { ProxySettings } from './settings.ts'

/** Debian's packages; each proxy is given one thread, as every proxy of Node has one. */
export const packages = ['wrk', 'nginx-light', 'haproxy']

export async function startNginx(
  processes: Processes,
  folder: string,
  settings: ProxySettings,
): Promise<void> {
  const own = join(folder, 'nginx')
  await mkdir(own)
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  await writeFile(
    join(own, 'nginx.conf'),
    `daemon off;
worker_processes 1;
pid ${own}/pid;
events { worker_connections 1024; }
http {
  access_log off;
  ${temporary.map((name) => `${name}_temp_path ${own}/${name};`).join('\n  ')}
  upstream plain {
    server 127.0.0.1:${settings.upstream};
    keepalive 128;
    keepalive_requests 100000000;
  }
  server {
    listen 127.0.0.1:${settings.port};
    keepalive_requests 100000000;
    location / {
      proxy_pass http://plain;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }
  }
}
`,
  )
  const args = ['-p', own, '-c', join(own, 'nginx.conf'), '-e', join(own, 'error.log')]
  await processes.start('nginx', 'nginx', args, folder, {})
}

export async function startHaproxy(
  processes: Processes,
  folder: string,
  settings: ProxySettings,
): Promise<void> {
  const file = join(folder, 'haproxy.cfg')
  await writeFile(
    file,
    `global
  nbthread 1
defaults
  mode http
  http-reuse always
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend bench
  bind 127.0.0.1:${settings.port}
  default_backend plain
backend plain
  server plain 127.0.0.1:${settings.upstream}
`,
  )
  await processes.start('haproxy', 'haproxy', ['-f', file, '-db'], folder, {})
}
