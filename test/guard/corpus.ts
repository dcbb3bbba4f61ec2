/** Sources with a place that adds a certificate where it conflicts or may, and lookalikes that do nothing of the kind. */
export interface Snippet {
  readonly fact: string;
  readonly path: string;
  readonly text: string;
  /** `verdict reason line` of each place; nothing for a harmless one, whose places pass or are not there. */
  readonly found?: readonly string[];
}

export const CONFLICTS: readonly Snippet[] = [
  {
    fact: 'a plain command for a tenant’s app',
    path: 'deploy.sh',
    text: 'fly certs add 999bc6549a64.systemprompt.io -a sp-999bc6549a64\n',
    found: ['fail tenant-app 1'],
  },
  {
    fact: 'flyctl with --app=',
    path: 'deploy.sh',
    text: '#!/bin/bash\nflyctl certs create "$HOST.systemprompt.io" --app=sp-$TENANT --json\n',
    found: ['fail tenant-app 2'],
  },
  {
    fact: 'the app before the verb',
    path: 'deploy.sh',
    text: 'fly -a "sp-${TENANT_ID}" certs add "$H"\n',
    found: ['fail tenant-app 1'],
  },
  {
    fact: 'an app from an assignment in the same file',
    path: 'a/post-deploy',
    text: '#!/usr/bin/env bash\nAPP="sp-$TENANT"\nHOST="$TENANT.systemprompt.io"\nfly certs add "$HOST" -a "$APP"\n',
    found: ['fail tenant-app 4'],
  },
  {
    fact: 'an app over two assignments',
    path: 'x.sh',
    text: 'PREFIX=sp-\nAPP=${PREFIX}${ID}\nfly certs add $H -a $APP\n',
    found: ['fail tenant-app 3'],
  },
  {
    fact: 'a command over continued lines',
    path: 'x.sh',
    text: 'set -e\nfly certs add \\\n  "$ID.systemprompt.io" \\\n  --app "sp-$ID"\n',
    found: ['fail tenant-app 2'],
  },
  {
    fact: 'a command after &&',
    path: 'x.sh',
    text: 'fly deploy -a sp-$ID && fly certs add $ID.systemprompt.io -a sp-$ID || true\n',
    found: ['fail tenant-app 1'],
  },
  {
    fact: 'a command in a condition',
    path: 'x.sh',
    text: 'if ! fly certs add "$H" -a "sp-$ID"; then exit 1; fi\n',
    found: ['fail tenant-app 1'],
  },
  {
    fact: 'the wildcard itself',
    path: 'x.sh',
    text: "fly certs add '*.systemprompt.io' -a sp-999bc6549a64\n",
    found: ['fail tenant-app 1'],
  },
  {
    fact: 'a command in a substitution',
    path: 'x.sh',
    text: 'OUT=$(fly certs add "$H" -a sp-$ID 2>&1)\n',
    found: ['fail tenant-app 1'],
  },
  {
    fact: 'a command for bash -c',
    path: 'x.sh',
    text: 'ssh deploy "fly certs add $ID.systemprompt.io -a sp-$ID"\n',
    found: ['fail tenant-app 1'],
  },
  {
    fact: 'a command by xargs',
    path: 'x.sh',
    text: 'cat tenants | xargs -I{} fly certs add {}.systemprompt.io -a sp-{}\n',
    found: ['fail tenant-app 1'],
  },
  {
    fact: 'a here-document for an interpreter',
    path: 'x.sh',
    text: 'bash <<EOF\nfly certs add $H -a sp-$ID\nEOF\n',
    found: ['fail tenant-app 2'],
  },
  {
    fact: 'the program in a variable',
    path: 'x.sh',
    text: '"$FLYCTL" certs add "$H" -a "sp-$ID"\n',
    found: ['fail tenant-app 1'],
  },
  {
    fact: 'a variable that names the tenant’s app',
    path: 'x.sh',
    text: 'fly certs add "$HOSTNAME" --app "$TENANT_APP"\n',
    found: ['fail tenant-app 1'],
  },
  {
    fact: 'FLY_APP before the command',
    path: 'x.sh',
    text: 'FLY_APP=sp-999bc6549a64 fly certs add x.systemprompt.io\n',
    found: ['fail tenant-app 1'],
  },
  {
    fact: 'another tool with certs add --app',
    path: 'x.sh',
    text: 'platformctl certs add --app sp-999bc6549a64 --hostname x.systemprompt.io\n',
    found: ['fail tenant-app 1'],
  },
  {
    fact: 'curl to the Machines API',
    path: 'x.sh',
    text: 'curl -X POST "https://api.machines.dev/v1/apps/sp-$ID/certificates/acme" -H "Authorization: Bearer $T" -d \'{"hostname":"x.systemprompt.io"}\'\n',
    found: ['fail tenant-app 1'],
  },
  {
    fact: 'curl with the mutation',
    path: 'x.sh',
    text: `curl https://api.fly.io/graphql -d '{"query":"mutation { addCertificate(appId: \\"sp-999bc6549a64\\", hostname: \\"a.systemprompt.io\\") { certificate { id } } }"}'\n`,
    found: ['fail tenant-app 1'],
  },
  {
    fact: 'a custom domain on a tenant’s app, where it does not belong',
    path: 'x.sh',
    text: 'fly certs add www.example.com -a sp-999bc6549a64\n',
    found: ['fail custom-domain-belongs-on-management 1'],
  },
  {
    fact: 'a name of the domain on an app that is no tenant’s',
    path: 'x.sh',
    text: 'fly certs add blog.systemprompt.io -a blog-prod\n',
    found: ['fail other-app 1'],
  },
  {
    fact: 'a target that is an argument',
    path: 'x.sh',
    text: 'fly certs add "$1" -a "$2"\n',
    found: ['warn target-unknown 1'],
  },
  {
    fact: 'no target at all',
    path: 'x.sh',
    text: 'fly certs add x.systemprompt.io\n',
    found: ['warn app-not-given 1'],
  },
  {
    fact: 'a workflow’s step',
    path: '.github/workflows/deploy.yml',
    text: 'jobs:\n  deploy:\n    steps:\n      - name: Deploy\n        run: |\n          fly deploy\n          fly certs add "${{ inputs.tenant }}.systemprompt.io" -a "sp-${{ inputs.tenant }}"\n',
    found: ['fail tenant-app 7'],
  },
  {
    fact: 'a workflow’s step on one line, the app in env',
    path: '.github/workflows/d.yaml',
    text: 'env:\n  APP: sp-${{ github.event.inputs.tenant }}\nsteps:\n  - run: fly certs add $HOST -a $APP\n',
    found: ['fail tenant-app 4'],
  },
  {
    fact: 'a folded step',
    path: '.github/workflows/d.yaml',
    text: 'steps:\n  - run: >-\n      fly certs add $HOST\n      -a sp-$ID\n',
    found: ['fail tenant-app 3'],
  },
  {
    fact: 'the arguments of the flyctl action',
    path: '.github/workflows/d.yaml',
    text: 'steps:\n  - uses: superfly/flyctl-actions@1.5\n    with:\n      args: "certs add x.systemprompt.io -a sp-999bc6549a64"\n',
    found: ['fail tenant-app 4'],
  },
  {
    fact: 'a GitLab script',
    path: '.gitlab-ci.yml',
    text: 'deploy:\n  script:\n    - fly deploy\n    - fly certs add $H -a sp-$ID\n',
    found: ['fail tenant-app 4'],
  },
  {
    fact: 'a recipe of make',
    path: 'Makefile',
    text: 'APP := sp-$(TENANT)\n\ncert:\n\t@fly certs add $(TENANT).systemprompt.io -a $(APP)\n',
    found: ['fail tenant-app 4'],
  },
  {
    fact: 'a recipe of just',
    path: 'justfile',
    text: 'cert tenant:\n    fly certs add {{tenant}}.systemprompt.io -a sp-{{tenant}}\n',
    found: ['fail tenant-app 2'],
  },
  {
    fact: 'a container’s instruction',
    path: 'Dockerfile',
    text: 'FROM alpine\nARG TENANT\nRUN apk add curl \\\n && fly certs add $TENANT.systemprompt.io -a sp-$TENANT\n',
    found: ['fail tenant-app 4'],
  },
  {
    fact: 'a container’s instruction as a list',
    path: 'Dockerfile',
    text: 'FROM flyctl\nCMD ["fly", "certs", "add", "a.systemprompt.io", "-a", "sp-999bc6549a64"]\n',
    found: ['fail tenant-app 2'],
  },
  {
    fact: 'the call of the post-mortem',
    path: 'src/handlers.rs',
    text: 'async fn deploy_tenant() -> Result<()> {\n    fly_client.add_cert(&tenant_hostname, &tenant_app_name)?;\n    Ok(())\n}\n',
    found: ['fail tenant-app 2'],
  },
  {
    fact: 'a call in Rust with a formatted name',
    path: 'src/handlers.rs',
    text: 'fn go() {\n    let app = format!("sp-{}", id);\n    let hostname = format!("{}.systemprompt.io", id);\n    fly.add_certificate(&app, &hostname).await?;\n}\n',
    found: ['fail tenant-app 4'],
  },
  {
    fact: 'a started command in Rust',
    path: 'src/deploy.rs',
    text: 'fn go() {\n    let app = format!("sp-{tenant}");\n    Command::new("fly").args(["certs", "add", &hostname, "-a", &app]).status()?;\n}\n',
    found: ['fail tenant-app 3'],
  },
  {
    fact: 'a started command in Rust, argument by argument',
    path: 'src/deploy.rs',
    text: 'fn go() {\n    Command::new("flyctl")\n        .arg("certs")\n        .arg("add")\n        .arg(&hostname)\n        .arg("--app")\n        .arg(&tenant.app_name)\n        .output()?;\n}\n',
    found: ['fail tenant-app 2'],
  },
  {
    fact: 'a request in Rust',
    path: 'src/fly.rs',
    text: 'fn go() {\n    let url = format!("{}/v1/apps/{}/certificates/acme", base, tenant_app);\n    client.post(&url).send().await?;\n}\n',
    found: ['fail tenant-app 2'],
  },
  {
    fact: 'a started command in TypeScript',
    path: 'src/deploy.ts',
    text: "await execa('fly', ['certs', 'add', hostname, '--app', `sp-${id}`]);\n",
    found: ['fail tenant-app 1'],
  },
  {
    fact: 'a command line in TypeScript',
    path: 'src/deploy.ts',
    text: 'execSync(`fly certs add ${id}.systemprompt.io -a sp-${id}`);\n',
    found: ['fail tenant-app 1'],
  },
  {
    fact: 'a command line in a variable that is run',
    path: 'src/deploy.js',
    text: 'const cmd = `fly certs add ${host} -a sp-${id}`;\nexec(cmd, done);\n',
    found: ['fail tenant-app 1'],
  },
  {
    fact: 'a tagged template',
    path: 'src/deploy.mjs',
    text: 'await $`fly certs add ${host} -a ${tenantApp}`;\n',
    found: ['fail tenant-app 1'],
  },
  {
    fact: 'a call with an object',
    path: 'src/provision.ts',
    text: 'await fly.addCertificate({ appId: `sp-${tenant.id}`, hostname });\n',
    found: ['fail tenant-app 1'],
  },
  {
    fact: 'a mutation with its variables',
    path: 'src/fly.ts',
    text: 'const M = `mutation($appId: ID!, $hostname: String!) { addCertificate(appId: $appId, hostname: $hostname) { certificate { id } } }`;\nawait gql(M, { appId: tenant.appName, hostname });\n',
    found: ['fail tenant-app 1'],
  },
  {
    fact: 'a request in TypeScript',
    path: 'src/fly.ts',
    text: "await fetch(`https://api.machines.dev/v1/apps/${tenantApp}/certificates/acme`, { method: 'POST', body: JSON.stringify({ hostname }) });\n",
    found: ['fail tenant-app 1'],
  },
  {
    fact: 'a started command in Go',
    path: 'deploy/main.go',
    text: 'func add(id string) error {\n\tapp := fmt.Sprintf("sp-%s", id)\n\treturn exec.Command("fly", "certs", "add", host, "-a", app).Run()\n}\n',
    found: ['fail tenant-app 3'],
  },
  {
    fact: 'a call in Go',
    path: 'deploy/main.go',
    text: 'func x() {\n\terr := client.AddCertificate(ctx, tenant.AppName, hostname)\n}\n',
    found: ['fail tenant-app 2'],
  },
  {
    fact: 'a started command in Python',
    path: 'deploy.py',
    text: 'app = f"sp-{tenant_id}"\nsubprocess.run(["fly", "certs", "add", host, "-a", app], check=True)\n',
    found: ['fail tenant-app 2'],
  },
  {
    fact: 'a command line in Python',
    path: 'deploy.py',
    text: 'import os\nos.system(f"fly certs add {host} -a sp-{tenant_id}")\n',
    found: ['fail tenant-app 2'],
  },
  {
    fact: 'a call in Python by keywords',
    path: 'deploy.py',
    text: 'client.add_certificate(hostname=f"{t}.systemprompt.io", app=f"sp-{t}")\n',
    found: ['fail tenant-app 1'],
  },
  {
    fact: 'a suppression without a reason, which suppresses nothing',
    path: 'x.sh',
    text: 'fly certs add x.systemprompt.io -a sp-999bc6549a64 # tenantwatch-ignore:\n',
    found: ['fail tenant-app 1'],
  },
  {
    fact: 'a check that only looks alike',
    path: 'x.sh',
    text: 'if [ "$APP" = "" ]; then exit 1; fi\nfly certs add "$H" -a "$APP"\n',
    found: ['warn target-unknown 2'],
  },
];

export const HARMLESS: readonly Snippet[] = [
  {
    fact: 'the management app',
    path: 'x.sh',
    text: 'fly certs add x.systemprompt.io -a management-api-prod\n',
  },
  {
    fact: 'the management app by a variable',
    path: 'x.sh',
    text: 'MANAGEMENT=management-api-prod\nfly certs add "$H" -a "$MANAGEMENT"\n',
  },
  {
    fact: 'the management app by a variable’s name',
    path: 'x.sh',
    text: 'fly certs add "$H" -a "$MANAGEMENT_APP"\n',
  },
  {
    fact: 'the management app by a default',
    path: 'x.sh',
    text: 'fly certs add "$H" -a "${APP:-management-api-prod}"\n',
  },
  {
    fact: 'the management app of the environment',
    path: 'x.sh',
    text: 'fly certs add "$H" -a "management-api-$ENV"\n',
  },
  {
    fact: 'the dialect of the platform, which adds to the management app',
    path: 'x.sh',
    text: 'systemprompt cloud certs add x.systemprompt.io\n',
  },
  { fact: 'a removal', path: 'x.sh', text: 'fly certs remove x.systemprompt.io -a sp-999bc6549a64 -y\n' },
  { fact: 'a list', path: 'x.sh', text: 'fly certs list -a sp-999bc6549a64 | grep add\n' },
  {
    fact: 'a comment',
    path: 'x.sh',
    text: '# never: fly certs add x.systemprompt.io -a sp-999bc6549a64\necho ok\n',
  },
  {
    fact: 'a comment at the end of a line',
    path: 'x.sh',
    text: 'fly deploy # then fly certs add x -a sp-999bc6549a64\n',
  },
  { fact: 'a printed hint', path: 'x.sh', text: 'echo "run: fly certs add $H -a sp-$ID"\n' },
  {
    fact: 'a printed hint of a function of the script',
    path: 'x.sh',
    text: 'log_error "do not run fly certs add $H -a sp-$ID"\ndie "fly certs add x -a sp-999bc6549a64 failed"\n',
  },
  {
    fact: 'a usage text',
    path: 'x.sh',
    text: "cat <<'EOF'\nUsage:\n  fly certs add HOST -a sp-TENANT\nEOF\n",
  },
  {
    fact: 'a search for the bad command',
    path: 'x.sh',
    text: 'if grep -rn "fly certs add .* -a sp-" scripts; then exit 1; fi\n',
  },
  { fact: 'help', path: 'x.sh', text: 'fly certs add --help\n' },
  {
    fact: 'documentation',
    path: 'docs/certs.md',
    text: '```sh\nfly certs add x.systemprompt.io -a sp-999bc6549a64\n```\n',
  },
  { fact: 'a text file', path: 'notes.txt', text: 'fly certs add x.systemprompt.io -a sp-999bc6549a64\n' },
  {
    fact: 'another tool’s certs add',
    path: 'x.sh',
    text: 'minikube certs add ca.pem\nkeystore certificates add --file x\n',
  },
  {
    fact: 'git add of a folder of certificates',
    path: 'x.sh',
    text: 'git add certs\ngit commit -m "fly certs add moved to sp- apps"\n',
  },
  {
    fact: 'a custom domain on an unrelated app',
    path: 'x.sh',
    text: 'fly certs add www.example.com -a marketing-site\n',
  },
  {
    fact: 'the guard before it',
    path: 'x.sh',
    text: 'tenantwatch guard certs --hostname "$H" --app "$APP" && \\\n  fly certs add "$H" -a "$APP"\n',
  },
  {
    fact: 'a refusal of tenants’ apps before it',
    path: 'x.sh',
    text: 'if [[ "$APP" == sp-* ]]; then\n  echo "no" >&2\n  exit 1\nfi\nfly certs add "$H" -a "$APP"\n',
  },
  {
    fact: 'a case that refuses tenants’ apps',
    path: 'x.sh',
    text: 'case "$APP" in\n  sp-*) echo no; exit 1 ;;\nesac\nfly certs add "$H" -a "$APP"\n',
  },
  {
    fact: 'a comparison with the management app around it',
    path: 'x.sh',
    text: 'if [ "$APP" = "management-api-prod" ]; then\n  fly certs add "$H" -a "$APP"\nfi\n',
  },
  {
    fact: 'a step’s name',
    path: '.github/workflows/d.yml',
    text: 'steps:\n  - name: fly certs add x -a sp-999bc6549a64\n    run: fly deploy\n',
  },
  {
    fact: 'a commented step',
    path: '.github/workflows/d.yml',
    text: 'steps:\n  - run: |\n      # fly certs add x -a sp-999bc6549a64\n      fly deploy\n',
  },
  {
    fact: 'a description',
    path: 'action.yml',
    text: 'description: |\n  Runs fly certs add x.systemprompt.io -a sp-999bc6549a64\nruns:\n  using: composite\n',
  },
  {
    fact: 'a workflow for the management app',
    path: '.github/workflows/d.yml',
    text: 'env:\n  MGMT: management-api-prod\nsteps:\n  - run: fly certs add "$H" -a "$MGMT"\n',
  },
  {
    fact: 'a container’s label',
    path: 'Dockerfile',
    text: 'FROM x\nLABEL hint="fly certs add x -a sp-999bc6549a64"\n# RUN fly certs add x -a sp-999bc6549a64\n',
  },
  {
    fact: 'a commented recipe',
    path: 'Makefile',
    text: '# cert: fly certs add x -a sp-999bc6549a64\nhelp:\n\t@echo "fly certs add x -a sp-y"\n',
  },
  {
    fact: 'the correct call of the post-mortem',
    path: 'src/h.rs',
    text: 'fn f() {\n    fly_client.add_cert(&tenant_hostname, "management-api-prod")?;\n}\n',
  },
  {
    fact: 'the guard of the post-mortem',
    path: 'src/h.rs',
    text: 'fn add_certificate(hostname: &str, app: &str) -> Result<()> {\n    if hostname.ends_with(".systemprompt.io") && app.starts_with("sp-") {\n        return Err(Error::InvalidCertTarget("no"));\n    }\n    client.add_cert(hostname, app)\n}\n',
  },
  {
    fact: 'a definition in Rust',
    path: 'src/fly.rs',
    text: 'pub async fn add_certificate(&self, app: &str, hostname: &str) -> Result<()> {\n    todo()\n}\n',
  },
  {
    fact: 'a trust store in Rust',
    path: 'src/tls.rs',
    text: 'fn f() {\n    let mut builder = X509StoreBuilder::new()?;\n    builder.add_cert(cert)?;\n    ClientBuilder::new().add_root_certificate(cert);\n}\n',
  },
  {
    fact: 'a comment and documentation in Rust',
    path: 'src/x.rs',
    text: '/// Calls fly_client.add_cert(&host, &tenant_app).\n// Command::new("fly").args(["certs", "add", host, "-a", tenant_app])\nfn f() { println!("fly certs add {} -a sp-{}", h, id); }\n',
  },
  {
    fact: 'an error’s text in Rust',
    path: 'src/x.rs',
    text: 'fn f() -> Result<()> {\n    bail!("run `fly certs add {h} -a sp-{id}` by hand");\n}\n',
  },
  {
    fact: 'a removal in Rust',
    path: 'src/x.rs',
    text: 'fn f() {\n    Command::new("fly").args(["certs", "remove", &host, "-a", &tenant_app, "-y"]).status()?;\n    fly.delete_certificate(&tenant_app, &host)?;\n}\n',
  },
  {
    fact: 'a help text in TypeScript',
    path: 'src/cli.ts',
    text: "program.description('Like fly certs add x.systemprompt.io -a sp-999bc6549a64');\nconst HELP = `fly certs add ${h} -a sp-${id}`;\nconsole.log(HELP);\n",
  },
  {
    fact: 'a definition in TypeScript',
    path: 'src/fly.ts',
    text: 'class Fly {\n  async addCertificate(app: string, hostname: string): Promise<void> {\n    await this.x();\n  }\n}\n',
  },
  {
    fact: 'a signature in TypeScript',
    path: 'src/port.ts',
    text: 'export interface Writer {\n  addCertificate(app: string, hostname: string): Promise<void>;\n}\n',
  },
  {
    fact: 'a route of a server',
    path: 'src/server.ts',
    text: "app.post('/v1/apps/:app/certificates/acme', handler);\n",
  },
  {
    fact: 'a comparison of a path',
    path: 'src/server.ts',
    text: "if (url.pathname === '/certificates/acme') respond();\n",
  },
  {
    fact: 'a test of a program',
    path: 'test/fly.test.ts',
    text: "await fly.addCertificate('sp-999bc6549a64', 'x.systemprompt.io');\n",
  },
  {
    fact: 'another library’s addCertificate',
    path: 'src/tls.ts',
    text: 'keystore.addCertificate(pem, key);\nstore.addCert(cert);\n',
  },
  {
    fact: 'a certificate pool in Go',
    path: 'tls.go',
    text: 'func f() {\n\tpool.AddCert(cert)\n\tpool.AddCertificate(certPEM, keyPEM)\n}\n',
  },
  {
    fact: 'a definition in Go',
    path: 'fly.go',
    text: 'func (c *Client) AddCertificate(ctx context.Context, app, hostname string) error {\n\treturn nil\n}\n',
  },
  {
    fact: 'a message in Go',
    path: 'fly.go',
    text: 'func f() {\n\tfmt.Println("fly certs add", host, "-a", tenantApp)\n\tlog.Printf("fly certs add %s -a sp-%s", h, id)\n}\n',
  },
  {
    fact: 'documentation in Python',
    path: 'deploy.py',
    text: 'def f(app):\n    """Runs subprocess.run("fly certs add x -a sp-999bc6549a64").\n    """\n    return app\n',
  },
  {
    fact: 'a message in Python',
    path: 'deploy.py',
    text: 'print(f"fly certs add {host} -a sp-{t}")\nraise RuntimeError("use fly certs add x -a sp-y")\n',
  },
  {
    fact: 'a trust store in Python',
    path: 'deploy.py',
    text: 'store.add_cert(crypto.load_certificate(FILETYPE_PEM, data))\n',
  },
  {
    fact: 'a definition in Python',
    path: 'deploy.py',
    text: 'def add_certificate(hostname, app):\n    pass\n',
  },
  {
    fact: 'a schema of GraphQL',
    path: 'schema.graphql',
    text: 'type Mutations {\n  addCertificate(appId: ID!, hostname: String!): AddCertificatePayload\n}\n',
  },
];

export const SUPPRESSED: readonly Snippet[] = [
  {
    fact: 'on the same line',
    path: 'x.sh',
    text: 'fly certs add x.systemprompt.io -a sp-999bc6549a64 # tenantwatch-ignore: migration of 2024, runs once\n',
  },
  {
    fact: 'on the line before',
    path: 'x.ts',
    text: '// tenantwatch-ignore: the sandbox organization\nexecSync(`fly certs add ${h} -a sp-${id}`);\n',
  },
  {
    fact: 'in a block comment',
    path: 'x.rs',
    text: 'fn f() {\n  /* tenantwatch-ignore: tests the guard */\n  fly_client.add_cert(&h, &tenant_app);\n}\n',
  },
];
