import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import { freePort, kubectlProgram, ROOT, run, skipReason, testRegistries } from './harness.ts'

/** The shell blocks of the README that say that they are tested, line by line. */
const COMMANDS = [
  ...readFileSync(join(ROOT, 'README.md'), 'utf8').matchAll(
    /<!-- tested: test\/linux\/readme\.test\.ts -->\n```sh\n([^`]*)```/g,
  ),
].flatMap(([, block]) => (block as string).trimEnd().split('\n'))

suite('the commands of the README', { skip: skipReason }, () => {
  const home = mkdtempSync(join(tmpdir(), 'skiff-readme-'))
  // The one change to what the README says: a place of its own, so that a cluster that runs here is not touched.
  const elsewhere = (port: number) => ({
    up: `--data-dir ${home}/data --api-port ${port} --registries ${testRegistries()}`,
    other: `--data-dir ${home}/data`,
  })
  after(async () => {
    await run('sh', ['-c', `./skiff reset --data-dir ${home}/data`])
    rmSync(home, { recursive: true, force: true })
  })

  test('are there', () => {
    assert.ok(COMMANDS.length > 8, String(COMMANDS))
  })

  test('do what they say', async () => {
    kubectlProgram()
    const flags = elsewhere(await freePort())
    const env: NodeJS.ProcessEnv = { ...process.env, HOME: home }
    delete env.KUBECONFIG
    for (const command of COMMANDS) {
      const own = command.replace(
        /^\.\/skiff (\w+)/,
        (all, name: string) => `${all} ${name === 'up' ? flags.up : flags.other}`,
      )
      const { code, stdout, stderr } = await run('sh', ['-c', own], { env })
      assert.equal(code, 0, `${command}\n${stderr}${stdout}`)
      if (command.startsWith('kubectl get nodes')) assert.match(stdout, / Ready /)
    }
    assert.equal(existsSync(join(home, '.kube/config')), false)
  })
})
