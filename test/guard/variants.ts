/** More ways of writing it: each must be found to conflict, or pass, without being told more. */
export const VARIANTS: readonly (readonly [verdict: 'conflicts' | 'harmless', path: string, text: string])[] =
  [
    [
      'conflicts',
      'a.sh',
      'add_cert() {\n  local app="sp-$1"\n  fly certs add "$1.systemprompt.io" --app "$app"\n}\n',
    ],
    [
      'conflicts',
      'a.sh',
      'for t in $(cat tenants); do fly certs add "$t.systemprompt.io" -a "sp-$t"; done\n',
    ],
    ['conflicts', 'a.sh', 'fly certs add "${T}.systemprompt.io" \\\n -a sp-${T} \\\n || echo "failed"\n'],
    [
      'conflicts',
      'a.yml',
      'jobs:\n  x:\n    runs-on: ubuntu\n    steps:\n    - uses: actions/checkout@v4\n    - name: Certs\n      env:\n        APP: sp-${{ matrix.tenant }}\n      run: flyctl certs add "$HOST" --app "$APP"\n',
    ],
    [
      'conflicts',
      'a.rs',
      'impl X {\n    pub async fn create_tenant(&self, tenant: &Tenant) -> Result<()> {\n        let app_name = format!("sp-{}", &tenant.id[..12]);\n        let hostname = format!("{}.{}", tenant.sub, self.domain);\n        self.fly\n            .add_certificate(&app_name, &hostname)\n            .await?;\n        Ok(())\n    }\n}\n',
    ],
    [
      'conflicts',
      'a.rs',
      'fn f() { let out = Command::new("fly").arg("certs").arg("add").arg(format!("{}.systemprompt.io", id)).args(["-a", &format!("sp-{}", id)]).output(); }\n',
    ],
    [
      'conflicts',
      'a.rs',
      'fn f() {\n    let args = vec!["certs", "add", &host, "-a", &tenant_app];\n    Command::new("fly").args(&args).spawn()?;\n}\n',
    ],
    [
      'conflicts',
      'a.rs',
      'fn f() {\n    run_command(&format!("fly certs add {} -a sp-{}", host, id))?;\n}\n',
    ],
    [
      'conflicts',
      'a.rs',
      'fn f() {\n  let q = r#"mutation($appId: ID!, $hostname: String!) { addCertificate(appId: $appId, hostname: $hostname) { certificate { hostname } } }"#;\n  self.post(json!({"query": q, "variables": {"appId": tenant_app, "hostname": host}})).await?;\n}\n',
    ],
    [
      'conflicts',
      'a.rs',
      'fn f() {\n    self.client.post(format!("{}/apps/{}/certificates/acme", self.base, tenant.fly_app)).json(&json!({"hostname": hostname})).send().await?;\n}\n',
    ],
    [
      'conflicts',
      'a.ts',
      "const app = `sp-${id}`;\nspawnSync('flyctl', [\n  'certs',\n  'add',\n  `${id}.systemprompt.io`,\n  '-a',\n  app,\n]);\n",
    ],
    [
      'conflicts',
      'a.ts',
      "const appName = 'sp-' + tenantId;\nawait flyClient.addCertificate(appName, hostname);\n",
    ],
    ['conflicts', 'a.ts', 'await $(`fly certs add ${h} -a ${tenant.app}`);\n'],
    ['conflicts', 'a.js', "child_process.exec('fly certs add ' + host + ' -a sp-' + id, cb);\n"],
    [
      'conflicts',
      'a.py',
      'subprocess.check_call(\n    [\n        "flyctl", "certs", "add",\n        hostname,\n        "--app", "sp-" + tenant_id,\n    ]\n)\n',
    ],
    [
      'conflicts',
      'a.py',
      'requests.post(f"https://api.machines.dev/v1/apps/{tenant_app}/certificates/acme", json={"hostname": host})\n',
    ],
    [
      'conflicts',
      'a.py',
      'cmd = "fly certs add {} -a sp-{}".format(host, tid)\nsubprocess.run(cmd, shell=True)\n',
    ],
    [
      'conflicts',
      'a.go',
      'func f() {\n\tcmd := exec.CommandContext(ctx, "flyctl", "certs", "add", hostname, "--app", tenantApp)\n\tcmd.Run()\n}\n',
    ],
    [
      'conflicts',
      'a.go',
      'func f() {\n\turl := fmt.Sprintf("%s/v1/apps/%s/certificates/acme", base, "sp-"+id)\n\thttp.Post(url, "application/json", body)\n}\n',
    ],
    ['conflicts', 'justfile', 'app := "sp-" + tenant\n\nadd host:\n  @fly certs add {{host}} -a {{app}}\n'],
    [
      'conflicts',
      'Makefile',
      'certs:\n\tfor t in $$(cat tenants); do \\\n\t  fly certs add $$t.systemprompt.io -a sp-$$t; \\\n\tdone\n',
    ],
    ['conflicts', 'Dockerfile', 'FROM a\nRUN --mount=type=secret,id=t fly certs add $H -a sp-$ID\n'],
    [
      'conflicts',
      'a.yml',
      'deploy:\n  stage: deploy\n  script:\n    - |\n      set -e\n      fly certs add "$H" -a "sp-$ID"\n',
    ],
    ['conflicts', 'a.sh', 'sudo -u deploy timeout 60 fly certs add $H -a sp-$ID\n'],
    [
      'conflicts',
      'a.sh',
      'curl -fsS -H "$AUTH" https://api.machines.dev/v1/apps/"$TENANT_APP"/certificates/acme --data "{\\"hostname\\":\\"$H\\"}"\n',
    ],
    [
      'harmless',
      'a.rs',
      '#[derive(Subcommand)]\nenum Certs {\n    #[command(about = "Add a certificate: fly certs add HOST -a sp-x")]\n    Add { hostname: String },\n}\n',
    ],
    [
      'harmless',
      'a.rs',
      '#[cfg(test)]\nmod tests {\n    #[test]\n    fn rejects() {\n        assert!(add_certificate("x.systemprompt.io", "sp-999bc6549a64").is_err());\n    }\n}\n',
    ],
    [
      'harmless',
      'a.rs',
      'fn f() { root_store.add_certificate(&cert_der, &app_roots)?; tracing::info!(app = %tenant_app, "fly certs add done"); }\n',
    ],
    [
      'harmless',
      'a.ts',
      "it('adds', async () => { expect(() => addCertificate('x.systemprompt.io', 'sp-1')).toThrow(); });\n",
    ],
    ['harmless', 'a.ts', 'throw new Error(`run fly certs add ${h} -a sp-${id}`);\n'],
    ['harmless', 'a.ts', "import { addCertificate } from './fly.ts';\nexport { addCertificate };\n"],
    ['harmless', 'a.ts', "const steps = [{ command: `fly certs add ${host} -a ${tenantApp}`, why: 'x' }];\n"],
    [
      'harmless',
      'a.ts',
      "export function addCertificate(name: string, app: string): Step {\n  return changes(shell`fly certs add ${name} -a ${app}`, 'x');\n}\n",
    ],
    ['harmless', 'a.ts', "logger.info({ app: tenantApp }, 'addCertificate(appId: x)');\n"],
    [
      'harmless',
      'a.py',
      'parser.add_argument("--x", help="like fly certs add x -a sp-y")\nLOG.info("fly certs add %s", x)\n',
    ],
    [
      'harmless',
      'a.go',
      'var cmdAdd = &cobra.Command{\n\tUse: "add",\n\tLong: `Example: fly certs add x -a sp-999bc6549a64`,\n}\n',
    ],
    ['harmless', 'a.sh', 'usage() {\n  cat <<-EOT\n\tfly certs add x -a sp-999bc6549a64\n\tEOT\n}\n'],
    [
      'harmless',
      'a.sh',
      'assert_output --partial "fly certs add x -a sp-y"\nrun_quiet grep -q "certs add" file\n',
    ],
    ['harmless', 'a.sh', 'kubectl create secret tls certs add\nmkcert certs add -a x\n'],
    ['harmless', 'a.sh', 'for app in management-api-prod; do fly certs add "$H" -a "$app"; done\n'],
    ['harmless', 'a.yml', 'on: push\nenv:\n  NOTE: "fly certs add x -a sp-999bc6549a64"\njobs: {}\n'],
    [
      'harmless',
      'a.sh',
      "read -r -p 'fly certs add x -a sp-y ? ' answer\nHINT='fly certs add x -a sp-999bc6549a64'\n",
    ],
    [
      'harmless',
      'a.ts',
      'function addCertificate(world: World, app: App) {\n  return world.addCertificate(app.name, hostname);\n}\n',
    ],
    ['harmless', 'a.ts', "const PATHS = { addCertificate: '/v1/apps/{app_name}/certificates/acme' };\n"],
    [
      'harmless',
      'a.ts',
      'const SCHEMA = `type Mutations {\n  addCertificate(appId: ID!, hostname: String!): Payload\n} # mutation\n`;\n',
    ],
    ['conflicts', 'a.ts', "await world.addCertificate('sp-999bc6549a64', hostname);\n"],
  ];
