// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"
	"github.com/hashicorp/terraform-plugin-log/tfsdklogtest"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/unpod-ai/terraform-provider-unpod/internal/sandbox"
	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

const (
	// listAddress is the address of the data source in listConfig.
	listAddress = "data.unpod_telephony_provider_configurations.test"
	listConfig  = `data "unpod_telephony_provider_configurations" "test" {}` + "\n"
)

var (
	// built runs a build of this tree, for tests of the program that users run.
	// Other tests attach the CLI to a provider in this process. It is nil if
	// there is no CLI. Tests that need one are then skipped.
	built *sandbox.Sandbox
	// overrides is the path of a CLI configuration that makes init unnecessary.
	overrides string
	// liveEnv has the credentials of a real organization. It is nil unless
	// UNPOD_ACC_LIVE is 1.
	liveEnv map[string]string
)

func TestMain(m *testing.M) {
	code, err := runTests(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func runTests(m *testing.M) (code int, err error) {
	built, err = sandbox.New(context.Background())
	switch {
	case errors.Is(err, sandbox.ErrNoCLI):
		fmt.Fprintf(os.Stderr, "Skipping the tests that run the CLI: %s.\n", err)
	case err != nil:
		return 0, err
	default:
		defer func() { err = errors.Join(err, built.Close()) }()
		if overrides, err = built.WithoutInit(); err != nil {
			return 0, err
		}
	}
	if os.Getenv("UNPOD_ACC_LIVE") == "1" {
		liveEnv = unpodVariables()
	}
	if err := isolate(); err != nil {
		return 0, err
	}
	return m.Run(), nil
}

// unpodVariables returns the environment variables that the provider reads.
func unpodVariables() map[string]string {
	variables := map[string]string{}
	for _, argument := range arguments {
		for _, name := range argument.variables {
			variables[name] = os.Getenv(name)
		}
	}
	return variables
}

// isolate unsets the environment variables that could affect a test, and selects
// the CLI.
func isolate() error {
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, "TF_") || strings.HasPrefix(name, "UNPOD_") || strings.HasSuffix(strings.ToUpper(name), "_PROXY") {
			if err := os.Unsetenv(name); err != nil {
				return err
			}
		}
	}
	if built == nil {
		return nil
	}
	variables := map[string]string{
		"TF_ACC_TERRAFORM_PATH":     built.CLI.Path,
		"TF_ACC_PROVIDER_HOST":      built.CLI.Registry(),
		"TF_ACC_PROVIDER_NAMESPACE": "unpod-ai",
		"TF_CLI_CONFIG_FILE":        os.DevNull,
		// Providers in this process would log everything to standard error.
		"TF_LOG_PROVIDER": "OFF",
		"TF_LOG_SDK":      "OFF",
	}
	for name, value := range variables {
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	return nil
}

// startUnpod starts a local Unpod for one test.
func startUnpod(tb testing.TB, configurations ...unpodtest.Configuration) *unpodtest.Server {
	tb.Helper()
	return unpodtest.Start(tb, unpodtest.New(unpodtest.Token, unpodtest.OrgHandle, configurations...))
}

// documentedUnpod starts a local Unpod with the API documentation's configurations.
func documentedUnpod(tb testing.TB) *unpodtest.Server {
	tb.Helper()
	return startUnpod(tb, unpodtest.Documented()...)
}

// startTLSUnpod starts a local Unpod with a certificate that is not trusted.
func startTLSUnpod(tb testing.TB, configurations ...unpodtest.Configuration) *unpodtest.Server {
	tb.Helper()
	return unpodtest.StartTLS(tb, unpodtest.New(unpodtest.Token, unpodtest.OrgHandle, configurations...))
}

// credentials returns the environment variables for reading from the server. Those
// in more override them.
func credentials(server *unpodtest.Server, more map[string]string) map[string]string {
	variables := map[string]string{
		"UNPOD_API_TOKEN":   unpodtest.Token,
		"UNPOD_ORG_HANDLE":  unpodtest.OrgHandle,
		"UNPOD_BASE_URL":    server.URL,
		"UNPOD_MAX_RETRIES": "0",
	}
	maps.Copy(variables, more)
	return variables
}

// withVariables returns a provider that sees only these environment variables, so
// that tests with different ones can run in parallel.
func withVariables(variables map[string]string) tfprotov6.ProviderServer {
	seen := maps.Clone(variables)
	return newServer("test", func(name string) string { return seen[name] })()
}

// factories returns the same for terraform-plugin-testing.
func factories(variables map[string]string) map[string]func() (tfprotov6.ProviderServer, error) {
	return map[string]func() (tfprotov6.ProviderServer, error){
		"unpod": func() (tfprotov6.ProviderServer, error) { return withVariables(variables), nil },
	}
}

// feature is a CLI feature that a test needs, with the first minor versions of
// Terraform 1 and OpenTofu 1 that have it. OpenTofu starts at 1.6.
type feature struct {
	name                string
	terraform, openTofu int
}

var (
	optionalAttribute = feature{"`optional` attributes of objects", 3, 6}
	terraformData     = feature{"`terraform_data`", 4, 6}
	checkBlock        = feature{"`check` blocks", 5, 6}
	mockProvider      = feature{"`mock_provider` in tests", 7, 8}
	providerForEach   = feature{"`for_each` in a provider block", never, 9}
	ephemeralVariable = feature{"ephemeral variables", 10, 11}
	// The example has one required_version for both CLIs.
	ephemeralExample = feature{"examples/ephemeral-token", 11, 11}
)

// never stands for a feature that one of the two does not have.
const never = 1 << 10

// needCLI skips a test if there is no CLI, or if it does not have the feature.
func needCLI(tb testing.TB, needed feature) {
	tb.Helper()
	if built == nil {
		tb.Skip("Neither terraform nor tofu was found.")
	}
	minor := needed.terraform
	if built.CLI.Name == "tofu" {
		minor = needed.openTofu
	}
	if minor == never {
		tb.Skipf("%s: %s does not have it.", needed.name, built.CLI.Name)
	}
	if built.CLI.Minor < minor {
		tb.Skipf("%s: needs %s 1.%d or later, but this is %s.", needed.name, built.CLI.Name, minor, built.CLI.Version)
	}
}

// testSteps runs steps with terraform-plugin-testing, which also runs init, and
// plans before and after each apply. The provider is in this process.
func testSteps(t *testing.T, variables map[string]string, steps ...resource.TestStep) {
	t.Helper()
	needCLI(t, feature{})
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: factories(variables), Steps: steps})
}

// cliTest is a configuration, and what must come of it: an error, or state that
// passes the checks.
type cliTest struct {
	config    string
	wantError *regexp.Regexp
	checks    []statecheck.StateCheck
}

// testCLI applies a configuration once, with a provider in this process. Most tests
// need no more. testSteps runs ten commands.
func testCLI(t *testing.T, variables map[string]string, test cliTest) {
	t.Helper()
	w, env := attached(t, test.config, variables)
	output, err := w.Run(t.Context(), env, "apply", "-auto-approve", "-no-color")
	switch {
	case test.wantError == nil && err != nil:
		t.Fatal(err)
	case test.wantError != nil && (err == nil || !test.wantError.MatchString(output)):
		t.Errorf("got error %v, want a match of %s:\n%s", err, test.wantError, output)
	case test.wantError == nil:
		checkState(t, w, test.checks)
	}
}

// attach starts a provider in this process that sees these variables. It returns
// them with the variable that attaches the CLI to it. The CLI then needs no init,
// and does not start a provider, which takes four fifths of a short run. All
// provider blocks share the attached provider, so tests with several use built.
func attach(tb testing.TB, variables map[string]string) map[string]string {
	tb.Helper()
	address := built.CLI.Registry() + "/unpod-ai/unpod"
	ctx, stop := context.WithCancel(tb.Context())
	started, stopped := make(chan *plugin.ReattachConfig), make(chan struct{})
	server := withVariables(variables)
	go func() {
		_ = tf6server.Serve(address, func() tfprotov6.ProviderServer { return server }, tf6server.WithDebug(ctx, started, stopped), tf6server.WithGoPluginLogger(hclog.NewNullLogger()))
	}()
	tb.Cleanup(func() { stop(); <-stopped })
	var at *plugin.ReattachConfig
	select {
	case at = <-started:
	case <-stopped:
		tb.Fatal("the provider did not start")
	}
	reattach, err := json.Marshal(map[string]any{address: map[string]any{
		"Protocol": at.Protocol, "ProtocolVersion": at.ProtocolVersion, "Pid": at.Pid, "Test": at.Test,
		"Addr": map[string]string{"Network": at.Addr.Network(), "String": at.Addr.String()},
	}})
	if err != nil {
		tb.Fatal(err)
	}
	env := map[string]string{"TF_REATTACH_PROVIDERS": string(reattach)}
	maps.Copy(env, variables)
	return env
}

// attached returns a workspace with a configuration, and the variables that attach
// the CLI to a provider.
func attached(tb testing.TB, config string, variables map[string]string) (*sandbox.Workspace, map[string]string) {
	tb.Helper()
	return fromText(tb, config), attach(tb, variables)
}

// withoutInit returns a workspace with a configuration, and the variables that let
// the CLI use the built provider without init.
func withoutInit(tb testing.TB, config string, variables map[string]string) (*sandbox.Workspace, map[string]string) {
	tb.Helper()
	env := map[string]string{"TF_CLI_CONFIG_FILE": overrides}
	maps.Copy(env, variables)
	return fromText(tb, config), env
}

// fromText returns a workspace with a configuration.
func fromText(tb testing.TB, config string) *sandbox.Workspace {
	tb.Helper()
	needCLI(tb, feature{})
	w, err := built.WorkspaceFromText(required + config)
	if err != nil {
		tb.Fatal(err)
	}
	return w
}

// checkState checks the state. It reads the file, because the CLI would start the
// provider again to show it.
func checkState(t *testing.T, w *sandbox.Workspace, checks []statecheck.StateCheck) {
	t.Helper()
	var file struct {
		Resources []struct {
			Type      string `json:"type"`
			Name      string `json:"name"`
			Instances []struct {
				Attributes map[string]any `json:"attributes"`
			} `json:"instances"`
		} `json:"resources"`
	}
	decoder := json.NewDecoder(strings.NewReader(readFile(t, filepath.Join(w.Dir, "terraform.tfstate"))))
	decoder.UseNumber()
	if err := decoder.Decode(&file); err != nil {
		t.Fatal(err)
	}
	var root tfjson.StateModule
	for _, resource := range file.Resources {
		if len(resource.Instances) != 1 {
			t.Fatalf("state has %d instances of %s.%s, want one", len(resource.Instances), resource.Type, resource.Name)
		}
		root.Resources = append(root.Resources, &tfjson.StateResource{
			Address: "data." + resource.Type + "." + resource.Name, AttributeValues: resource.Instances[0].Attributes,
		})
	}
	for _, check := range checks {
		var resp statecheck.CheckStateResponse
		state := tfjson.State{Values: &tfjson.StateValues{RootModule: &root}}
		check.CheckState(t.Context(), statecheck.CheckStateRequest{State: &state}, &resp)
		if resp.Error != nil {
			t.Error(resp.Error)
		}
	}
}

// diagnostic is a diagnostic as the CLI prints it. In the detail, {id} matches any
// request ID.
type diagnostic struct{ summary, detail string }

// requestIDPattern matches a random UUID.
const requestIDPattern = `[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}`

// diagnostics matches exactly these errors at the end of the CLI's output. It
// ignores how lines are wrapped, and the location in the configuration, which the
// CLI prints between summary and detail.
func diagnostics(all ...diagnostic) *regexp.Regexp {
	var pattern strings.Builder
	for _, each := range all {
		pattern.WriteString(`Error: ` + words(each.summary) + `\n\n(?:  with [^\n]*\n)?(?:  on [^\n]*\n[^\n]*\n\n)?` + words(each.detail) + `\s*`)
	}
	return regexp.MustCompile(pattern.String() + `\z`)
}

// words returns a pattern that matches a text however its lines are wrapped.
func words(text string) string {
	pattern := strings.Join(strings.Fields(regexp.QuoteMeta(text)), `\s+`)
	return strings.ReplaceAll(pattern, `\{id\}`, requestIDPattern)
}

// providerSchema returns the provider block's schema.
func providerSchema(tb testing.TB) schema.Schema {
	tb.Helper()
	var resp provider.SchemaResponse
	new(unpodProvider).Schema(tb.Context(), provider.SchemaRequest{}, &resp)
	if resp.Diagnostics.HasError() {
		tb.Fatal(resp.Diagnostics)
	}
	return resp.Schema
}

const required = `terraform {
  required_providers {
    unpod = { source = "unpod-ai/unpod" }
  }
}
`

// workspace returns an initialized workspace with a configuration.
func workspace(tb testing.TB, config string) *sandbox.Workspace {
	tb.Helper()
	made := fromText(tb, config)
	run(tb, made, nil, "init")
	return made
}

// run runs the CLI, which must succeed, and returns its output.
func run(tb testing.TB, workspace *sandbox.Workspace, variables map[string]string, args ...string) string {
	tb.Helper()
	output, err := workspace.Run(tb.Context(), variables, append(args, "-no-color")...)
	if err != nil {
		tb.Fatal(err)
	}
	return output
}

// readError reads the list from a configured provider. The read must fail with one
// error, which it returns.
func readError(t *testing.T, server tfprotov6.ProviderServer) *tfprotov6.Diagnostic {
	t.Helper()
	diagnostic, _ := readErrorAndLog(t, server)
	return diagnostic
}

// readErrorAndLog returns the error of readError and all logs of the read, at every
// level.
func readErrorAndLog(t *testing.T, server tfprotov6.ProviderServer) (*tfprotov6.Diagnostic, string) {
	t.Helper()
	var log bytes.Buffer
	ctx := tfsdklogtest.RootLogger(tflogtest.RootLogger(t.Context(), &log), &log)
	resp, err := server.ReadDataSource(ctx, listRequest(t))
	if err != nil || len(resp.Diagnostics) != 1 || resp.Diagnostics[0].Severity != tfprotov6.DiagnosticSeverityError {
		t.Fatalf("got %+v and error %v, want one diagnostic", resp, err)
	}
	return resp.Diagnostics[0], log.String()
}

// example returns an initialized workspace with an example.
func example(t *testing.T, name string) *sandbox.Workspace {
	t.Helper()
	needCLI(t, feature{})
	workspace, err := built.Workspace(filepath.Join(moduleRoot(t), name))
	if err != nil {
		t.Fatal(err)
	}
	addUnless(t, workspace, "required_providers", required)
	run(t, workspace, nil, "init")
	return workspace
}

// addUnless adds a file to a workspace whose files do not contain a text.
func addUnless(t *testing.T, workspace *sandbox.Workspace, text, config string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(workspace.Dir, "*.tf"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.Contains(readFile(t, file), text) {
			return
		}
	}
	if err := os.WriteFile(filepath.Join(workspace.Dir, strings.Trim(text, ` "`)+".tf"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
}

// findModuleRoot runs the go command once for all tests.
var findModuleRoot = sync.OnceValues(func() (string, error) { return sandbox.ModuleRoot(context.Background()) })

func moduleRoot(t *testing.T) string {
	t.Helper()
	root, err := findModuleRoot()
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// filesUnder returns the texts of the files below a path of this module, by their
// paths.
func filesUnder(t *testing.T, root string) map[string]string {
	t.Helper()
	texts, module := map[string]string{}, os.DirFS(moduleRoot(t))
	err := fs.WalkDir(module, root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(module, path)
		texts[path] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// configured returns a provider that is ready to read.
func configured(tb testing.TB, variables map[string]string) tfprotov6.ProviderServer {
	tb.Helper()
	server := withVariables(variables)
	resp, err := server.ConfigureProvider(tb.Context(), &tfprotov6.ConfigureProviderRequest{Config: providerConfig(tb, nil)})
	if err != nil || len(resp.Diagnostics) != 0 {
		tb.Fatal(err, resp)
	}
	return server
}

// providerConfig returns a provider block with these arguments.
func providerConfig(tb testing.TB, set map[string]tftypes.Value) *tfprotov6.DynamicValue {
	tb.Helper()
	objectType, ok := providerSchema(tb).Type().TerraformType(tb.Context()).(tftypes.Object)
	if !ok {
		tb.Fatal("the provider block is not an object")
	}
	return dynamicObject(tb, objectType, set)
}

const (
	listName   = "unpod_telephony_provider_configurations"
	lookupName = "unpod_telephony_provider_configuration"
)

// listRequest returns a request to read the whole list.
func listRequest(tb testing.TB) *tfprotov6.ReadDataSourceRequest {
	tb.Helper()
	return readRequest(tb, listName, nil)
}

// readRequest returns a request to read a data block with these arguments.
func readRequest(tb testing.TB, name string, set map[string]tftypes.Value) *tfprotov6.ReadDataSourceRequest {
	tb.Helper()
	return &tfprotov6.ReadDataSourceRequest{TypeName: name, Config: dynamicObject(tb, dataType(tb, name), set)}
}

// dataType returns the type of a data block.
func dataType(tb testing.TB, name string) tftypes.Object {
	tb.Helper()
	resp, err := withVariables(nil).GetProviderSchema(tb.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		tb.Fatal(err)
	}
	objectType, ok := resp.DataSourceSchemas[name].ValueType().(tftypes.Object)
	if !ok {
		tb.Fatal("the data block is not an object")
	}
	return objectType
}

// dynamicObject returns an object whose attributes are null unless they are set.
func dynamicObject(tb testing.TB, objectType tftypes.Object, set map[string]tftypes.Value) *tfprotov6.DynamicValue {
	tb.Helper()
	values := map[string]tftypes.Value{}
	for name, attributeType := range objectType.AttributeTypes {
		values[name] = tftypes.NewValue(attributeType, nil)
	}
	maps.Copy(values, set)
	dynamic, err := tfprotov6.NewDynamicValue(objectType, tftypes.NewValue(objectType, values))
	if err != nil {
		tb.Fatal(err)
	}
	return &dynamic
}

// listReader returns a function that reads the list through a new provider. The
// body is a parameter, so that making it does not count in measurements.
func listReader(tb testing.TB, body string) func(testing.TB) {
	tb.Helper()
	local := startUnpod(tb)
	local.AnswerAlways(unpodtest.JSON(http.StatusOK, body))
	server := configured(tb, credentials(local, nil))
	request := listRequest(tb)
	return func(tb testing.TB) {
		tb.Helper()
		resp, err := server.ReadDataSource(tb.Context(), request)
		if err != nil || len(resp.Diagnostics) != 0 {
			tb.Fatal(err, resp)
		}
	}
}

// listBody returns the local Unpod's response with this many configurations.
func listBody(tb testing.TB, size int) string {
	tb.Helper()
	request := httptest.NewRequestWithContext(tb.Context(), http.MethodGet, unpodtest.Path, http.NoBody)
	request.Header.Set("Authorization", "Token "+unpodtest.Token)
	request.Header.Set("Org-Handle", unpodtest.OrgHandle)
	recorder := httptest.NewRecorder()
	unpodtest.New(unpodtest.Token, unpodtest.OrgHandle, unpodtest.Many(size)...).ServeHTTP(recorder, request)
	if recorder.Code != http.StatusOK {
		tb.Fatalf("got status %d", recorder.Code)
	}
	return recorder.Body.String()
}

// canary is a token that is easy to find wherever it leaks.
const canary = "canary-7f3a9c1e5b"

// startCanary starts a local Unpod that accepts the canary.
func startCanary(t *testing.T) *unpodtest.Server {
	t.Helper()
	return unpodtest.Start(t, unpodtest.New(canary, unpodtest.OrgHandle, unpodtest.Documented()...))
}

// encodings returns the forms in which a secret could leak.
func encodings(secret string) []string {
	quoted, err := json.Marshal(secret)
	if err != nil {
		panic(err) // A string always encodes.
	}
	return []string{
		secret, strings.ToUpper(secret), strings.ToLower(secret),
		url.QueryEscape(secret), url.PathEscape(secret),
		strings.Trim(string(quoted), `"`), strings.Trim(strconv.Quote(secret), `"`),
		base64.StdEncoding.EncodeToString([]byte(secret)), base64.RawURLEncoding.EncodeToString([]byte(secret)),
		fmt.Sprintf("%x", secret),
	}
}

// wantHidden checks that a text does not contain a secret in any encoding.
func wantHidden(t *testing.T, text, secret string) {
	t.Helper()
	for _, form := range encodings(secret) {
		if strings.Contains(text, form) {
			t.Errorf("found %s as %q in:\n%s", secret, form, text)
		}
	}
}

// searchFiles checks that no file of a workspace contains a secret in any encoding,
// and returns the log. There must be a log and a file with the other name.
func searchFiles(t *testing.T, dir, secret, other string) (log string) {
	t.Helper()
	searched := map[string]bool{}
	files := os.DirFS(dir)
	err := fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		content, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		searched[entry.Name()] = true
		if entry.Name() == "trace.log" {
			log = string(content)
		}
		for _, form := range encodings(secret) {
			if strings.Contains(string(content), form) {
				t.Errorf("found %s as %q in %s", secret, form, entry.Name())
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if !searched[other] || !searched["trace.log"] {
		t.Errorf("only searched %v", searched)
	}
	return log
}

func lookUp(conditions string) string {
	return "data \"unpod_telephony_provider_configuration\" \"test\" {\n" + conditions + "\n}\n"
}

// finds returns checks that the lookup found exactly this configuration.
func finds(configuration unpodtest.Configuration) []statecheck.StateCheck {
	var checks []statecheck.StateCheck
	for name, check := range map[string]knownvalue.Check{
		"id":            knownvalue.Int64Exact(configuration.ID),
		"provider_slug": textOrNull(configuration.Provider),
		"account_sid":   textOrNull(configuration.AccountSID),
		"created_at":    textOrNull(configuration.CreatedAt),
	} {
		checks = append(checks, statecheck.ExpectKnownValue(
			"data.unpod_telephony_provider_configuration.test", tfjsonpath.New(name), check))
	}
	return checks
}

// lists returns checks that the list has exactly these configurations and their
// ids, in this order.
func lists(configurations ...unpodtest.Configuration) []statecheck.StateCheck {
	elements, ids := []knownvalue.Check{}, []knownvalue.Check{}
	for _, configuration := range configurations {
		elements = append(elements, knownvalue.ObjectExact(map[string]knownvalue.Check{
			"id":          knownvalue.Int64Exact(configuration.ID),
			"provider":    textOrNull(configuration.Provider),
			"account_sid": textOrNull(configuration.AccountSID),
			"created_at":  textOrNull(configuration.CreatedAt),
		}))
		ids = append(ids, knownvalue.Int64Exact(configuration.ID))
	}
	return []statecheck.StateCheck{
		statecheck.ExpectKnownValue(listAddress, tfjsonpath.New("provider_configurations"), knownvalue.ListExact(elements)),
		statecheck.ExpectKnownValue(listAddress, tfjsonpath.New("ids"), knownvalue.ListExact(ids)),
	}
}

func textOrNull(text *string) knownvalue.Check {
	if text == nil {
		return knownvalue.Null()
	}
	return knownvalue.StringExact(*text)
}
