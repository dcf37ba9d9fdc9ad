import type { Files, Image } from './image.ts'

const PASSWD = `root:x:0:0:root:/root:/bin/sh
daemon:x:1:1:daemon:/usr/sbin:/bin/false
nginx:x:101:101:nginx:/nonexistent:/bin/false
nobody:x:65534:65534:nobody:/home:/bin/false
`

const GROUP = `root:x:0:
daemon:x:1:
nginx:x:101:
nogroup:x:65534:
`

/**
 * Debian's busybox is built without wget's time limit and crashes on -T.
 * Here the limit is put around it, for the whole transfer. What busybox's own `timeout` leaves behind keeps the output open.
 */
const WGET = `#!/bin/sh
limit=
again=
for arg; do
  shift
  if [ "$again" ]; then limit=$arg again=; continue; fi
  case $arg in
    --timeout=*) limit=\${arg#*=} ;;
    -T | --timeout) again=yes ;;
    -T*) limit=\${arg#-T} ;;
    -[cqS]*T)
      again=yes
      set -- "$@" "\${arg%T}" ;;
    -[cqS]*T[0-9]*)
      limit=\${arg##*T}
      set -- "$@" "\${arg%T*}" ;;
    *) set -- "$@" "$arg" ;;
  esac
done
[ "$limit" ] || exec busybox wget "$@"
busybox wget "$@" &
wget=$!
(trap 'kill $nap' TERM; sleep "$limit" & nap=$!; wait $nap && kill $wget) >/dev/null 2>&1 &
timer=$!
wait $wget
code=$?
kill $timer 2>/dev/null
[ $code = 143 ] || exit $code
echo 'wget: download timed out' >&2
exit 1
`

const FILES: Files = {
  'etc/passwd': { text: PASSWD },
  'etc/group': { text: GROUP },
  'etc/nsswitch.conf': { text: 'passwd: files\ngroup: files\nhosts: files dns\n' },
  'usr/bin/wget': { text: WGET, mode: 0o755 },
  home: { directory: { mode: 0o755 } },
  root: { directory: { mode: 0o700 } },
  tmp: { directory: { mode: 0o1777 } },
  'var/tmp': { directory: { mode: 0o1777 } },
}

/** The path in every image with a shell, as Docker sets it. */
export const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** A shell and the usual tools in one small program; the links to it are made when it is built. */
export const busybox: Image = {
  name: 'docker.io/library/busybox',
  tags: [
    'latest',
    'stable',
    'glibc',
    'musl',
    '1',
    '1.28',
    '1.29',
    '1.31',
    '1.32',
    '1.33',
    '1.34',
    '1.35',
    '1.36',
    '1.37',
  ],
  // Not busybox-static: its shell runs its own applets and looks for none in the path.
  packages: ['busybox', 'libc6'],
  files: FILES,
  config: { Cmd: ['sh'], Env: [PATH] },
}
