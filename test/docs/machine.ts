import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../deploy/commands.ts';

/**
 * A folder that stands for the reader's machine: `/etc`, and the package as `npm install --global` leaves it.
 * Returns scripts for the programs of a system that cannot be had without root, a network or containers. They do as much as a folder allows:
 * files are really made, the unit is really enabled, the container's command really reads its configuration. What remains is named at each.
 */
export function machineIn(folder: string): Readonly<Record<string, string>> {
  const packages = join(folder, 'usr/local/lib/node_modules');
  for (const path of ['etc/systemd/system', 'journal', 'images'])
    mkdirSync(join(folder, path), { recursive: true });
  mkdirSync(packages, { recursive: true });
  symlinkSync(ROOT, join(packages, 'tenantwatch'));
  return {
    // Root's own environment, and root's folders below this one. Not done: becoming root.
    sudo: `for word; do
  shift; set -- "$@" "$(printf %s "$word" | sed -E 's#(^|[ =])/(etc|var/lib)/#\\1${folder}/\\2/#g')"
done
exec env -i PATH="$PATH" HOME="$HOME" "$@"`,
    // Enabling is a matter of files, which systemd does for any root folder. Not done: starting the service.
    systemctl: `for unit; do :; done
file='${folder}/etc/systemd/system'/"$unit".service
case "$1" in
  daemon-reload) exit 0 ;;
  enable) test -x /usr/bin/systemctl || exec test -f "$file"; exec /usr/bin/systemctl --root='${folder}' "$1" "$unit" ;;
  *) exec test -f "$file" ;;
esac`,
    // Of a machine that has no journal yet.
    journalctl: `test -x /usr/bin/journalctl || exit 0; exec /usr/bin/journalctl --directory='${folder}/journal' "$@"`,
    // Not done: installing, which test/deploy/shipped.test.ts does with the packed package, and the scripts, which are tests themselves.
    npm: `for last; do :; done
case "$1" in
  ci) exec test -f '${ROOT}/package-lock.json' ;;
  run | test) exec grep -q "^    \\"$last\\": " '${ROOT}/package.json' ;;
  install) exec grep -q "^  \\"name\\": \\"$last\\"," '${ROOT}/package.json' ;;
  root) echo '${packages}' ;;
  *) exit 1 ;;
esac`,
    docker: DOCKER.replaceAll('IMAGES', join(folder, 'images')),
  };
}

/** Not done: building and starting, which test/deploy does with the instructions of the Dockerfile. */
const DOCKER = `part=$1; shift
case "$part" in
  build) test "$1" = --tag && test -f "$3/Dockerfile" && exec touch "IMAGES/$2" ;;
  compose)
    act=$1; shift
    case "$act" in
      up) for file in compose.yaml Dockerfile .env tenantwatch.yaml; do test -f "$file" || exit 1; done ;;
      logs) exec grep -q "^  $1:$" compose.yaml ;;
      exec) grep -q "^  $1:$" compose.yaml && test "$2 $3" = 'node /app/dist/bin.js' && shift 3 && exec tenantwatch "$@" ;;
      *) exit 1 ;;
    esac ;;
  run)
    # As in the container: nothing but the file of the environment, and the configuration that is mounted.
    while [ $# -gt 1 ]; do
      case "$1" in
        --env-file) secrets=$2; shift ;;
        --volume) case "$2" in *:/etc/tenantwatch/tenantwatch.yaml:ro) config=\${2%%:*} ;; esac; shift ;;
        --tmpfs | --cap-drop | --publish) shift ;;
        --detach | --read-only) ;;
        *) exit 125 ;;
      esac
      shift
    done
    test -f "IMAGES/$1" || exit 125
    exec env -i PATH="$PATH" $(grep -v '^#' "$secrets") tenantwatch config check --config "$config" ;;
  *) exit 1 ;;
esac`;
