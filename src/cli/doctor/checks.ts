import { constants } from 'node:fs'
import { access, mkdtemp, open, rm, stat, statfs } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join, resolve } from 'node:path'

/** One thing that was looked at. `warning` leaves the exit code at 0. */
export interface Diagnosis {
  readonly id: string
  readonly state: 'ok' | 'warning' | 'failed'
  readonly finding: { readonly en: string; readonly zh: string }
  /** What to do; absent when nothing is to be done. */
  readonly fix?: { readonly en: string; readonly zh: string }
}

export interface DoctorOptions {
  readonly dataDirectory: string
  readonly ports: readonly number[]
  readonly nodeVersion: string
  readonly nowMs: number
}

const NODE_MIN = { major: 20, minor: 19 } as const
const FREE_BYTES_MIN = 200 * 1024 * 1024
/** No machine that runs this release can rightly have an earlier date. */
const RELEASED_MS = Date.UTC(2026, 10, 1)

/** Looks at everything that `tillwire up` and a real board need. Never throws. */
export async function diagnose(options: DoctorOptions): Promise<readonly Diagnosis[]> {
  return [
    checkNode(options.nodeVersion),
    await checkNativeModules(),
    await checkPseudoTerminals(),
    ...(await checkSerialPorts()),
    ...(await Promise.all(options.ports.map(checkPort))),
    await checkDisk(options.dataDirectory),
    checkClock(options.nowMs),
  ]
}

export function checkNode(version: string): Diagnosis {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
  const enough = major > NODE_MIN.major || (major === NODE_MIN.major && minor >= NODE_MIN.minor)
  const finding = { en: `Node.js ${version}`, zh: `Node.js ${version}` }
  if (enough) return { id: 'node', state: 'ok', finding }
  const wanted = `${NODE_MIN.major}.${NODE_MIN.minor}`
  return {
    id: 'node',
    state: 'failed',
    finding,
    fix: { en: `Install Node.js ${wanted} or later.`, zh: `请安装 Node.js ${wanted} 或更新版本。` },
  }
}

async function checkNativeModules(): Promise<Diagnosis> {
  const broken: string[] = []
  for (const name of ['better-sqlite3', 'serialport', 'koffi']) {
    try {
      await import(name)
    } catch {
      broken.push(name)
    }
  }
  if (broken.length === 0) {
    return {
      id: 'native-modules',
      state: 'ok',
      finding: { en: 'native modules load', zh: '本机模块可以加载' },
    }
  }
  return {
    id: 'native-modules',
    state: 'failed',
    finding: { en: `cannot load ${broken.join(', ')}`, zh: `无法加载 ${broken.join('、')}` },
    fix: {
      en: 'Run `npm ci` again; without a prebuilt binary it needs python3, make and g++.',
      zh: '请重新运行 `npm ci`;没有预编译文件时需要 python3、make 和 g++。',
    },
  }
}

async function checkPseudoTerminals(): Promise<Diagnosis> {
  try {
    const master = await open('/dev/ptmx', constants.O_RDWR | constants.O_NOCTTY)
    await master.close()
    return {
      id: 'pseudo-terminals',
      state: 'ok',
      finding: { en: 'pseudo-terminals for the emulated board', zh: '可为模拟板建立伪终端' },
    }
  } catch {
    return {
      id: 'pseudo-terminals',
      state: 'failed',
      finding: { en: 'cannot open /dev/ptmx', zh: '无法打开 /dev/ptmx' },
      fix: {
        en: 'Run on Linux with devpts mounted (in a container: --tty or a mounted /dev/pts). A real board works without it.',
        zh: '请在挂载了 devpts 的 Linux 上运行(容器中需挂载 /dev/pts)。真实硬件不受影响。',
      },
    }
  }
}

async function checkSerialPorts(): Promise<readonly Diagnosis[]> {
  let paths: readonly string[]
  try {
    const { SerialPort } = await import('serialport')
    paths = (await SerialPort.list()).map((port) => port.path)
  } catch {
    paths = []
  }
  if (paths.length === 0) {
    return [
      {
        id: 'serial-ports',
        state: 'ok',
        finding: {
          en: 'no serial port attached (only needed for a real board)',
          zh: '未发现串口(仅真实硬件需要)',
        },
      },
    ]
  }
  return Promise.all(paths.map(checkSerialPort))
}

/** Whether this user may open the port at `path`. */
export async function checkSerialPort(path: string): Promise<Diagnosis> {
  const id = `serial-port ${path}`
  try {
    await access(path, constants.R_OK | constants.W_OK)
    return { id, state: 'ok', finding: { en: `serial port ${path}`, zh: `串口 ${path}` } }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return {
        id,
        state: 'failed',
        finding: { en: `${path} is not there`, zh: `${path} 不存在` },
        fix: { en: 'Plug the board in, or name another path.', zh: '请连接设备,或指定其他路径。' },
      }
    }
    return {
      id,
      state: 'warning',
      finding: { en: `no permission to open ${path}`, zh: `无权打开 ${path}` },
      fix: {
        en: 'Run `sudo usermod -aG dialout $USER` and log in again.',
        zh: '请运行 `sudo usermod -aG dialout $USER`,然后重新登录。',
      },
    }
  }
}

/** Whether a host could listen on loopback at `port`. */
export function checkPort(port: number): Promise<Diagnosis> {
  const id = `port ${port}`
  return new Promise((done) => {
    const probe = createServer()
    probe.once('error', () =>
      done({
        id,
        state: 'warning',
        finding: { en: `TCP port ${port} is in use`, zh: `TCP 端口 ${port} 已被占用` },
        fix: {
          en: 'Stop the program that holds it (another host?), or choose other ports: `tillwire host --help`.',
          zh: '请停止占用该端口的程序(是否已有主机在运行?),或选择其他端口:`tillwire host --help`。',
        },
      }),
    )
    probe.listen(port, '127.0.0.1', () =>
      probe.close(() =>
        done({
          id,
          state: 'ok',
          finding: { en: `TCP port ${port} is free`, zh: `TCP 端口 ${port} 可用` },
        }),
      ),
    )
  })
}

/** Free space and a durable write, at the first existing folder on the way to `directory`. */
export async function checkDisk(directory: string): Promise<Diagnosis> {
  const place = await nearestExisting(resolve(directory))
  try {
    const { bavail, bsize } = await statfs(place)
    const free = bavail * bsize
    const mebibytes = Math.floor(free / 1024 / 1024)
    await writeDurably(place)
    const finding = { en: `${mebibytes} MiB free for ${directory}`, zh: `${directory} 可用 ${mebibytes} MiB` }
    if (free >= FREE_BYTES_MIN) return { id: 'disk', state: 'ok', finding }
    return {
      id: 'disk',
      state: 'failed',
      finding,
      fix: {
        en: 'Free at least 200 MiB, or choose another folder with --data.',
        zh: '请至少腾出 200 MiB,或用 --data 指定其他目录。',
      },
    }
  } catch {
    return {
      id: 'disk',
      state: 'failed',
      finding: { en: `cannot write below ${place}`, zh: `无法写入 ${place}` },
      fix: {
        en: 'Make the folder writable for this user, or choose another with --data.',
        zh: '请给予当前用户写权限,或用 --data 指定其他目录。',
      },
    }
  }
}

async function nearestExisting(directory: string): Promise<string> {
  try {
    if ((await stat(directory)).isDirectory()) return directory
    return directory
  } catch {
    const parent = dirname(directory)
    return parent === directory ? directory : nearestExisting(parent)
  }
}

async function writeDurably(directory: string): Promise<void> {
  const folder = await mkdtemp(join(directory, '.tillwire-doctor-'))
  try {
    const file = await open(join(folder, 'probe'), 'w', 0o600)
    try {
      await file.write('probe')
      await file.sync()
    } finally {
      await file.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

export function checkClock(nowMs: number): Diagnosis {
  const shown = new Date(nowMs).toISOString().slice(0, 16).replace('T', ' ')
  const finding = { en: `clock says ${shown} UTC`, zh: `系统时间 ${shown} UTC` }
  if (nowMs >= RELEASED_MS) return { id: 'clock', state: 'ok', finding }
  return {
    id: 'clock',
    state: 'failed',
    finding,
    fix: {
      en: 'Set the clock: certificates, card expiry and settlement dates depend on it (`timedatectl set-ntp true`).',
      zh: '请校准时间:证书、卡有效期和清算日期都依赖它(`timedatectl set-ntp true`)。',
    },
  }
}
