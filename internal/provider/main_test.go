// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/unpod-ai/terraform-provider-unpod/internal/sandbox"
	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

const (
	// listAddress is the data source that listConfig reads.
	listAddress = "data.unpod_telephony_provider_configurations.test"
	listConfig  = `data "unpod_telephony_provider_configurations" "test" {}` + "\n"
)

var (
	// built is a build of this tree, for the tests that are about the program
	// that users run. The others attach Terraform to a provider in the test. It
	// is nil if there is no CLI: then the tests that need one are skipped.
	built *sandbox.Sandbox
	// overrides is the CLI configuration for what needs no init.
	overrides string
	// liveEnv has the credentials of a real organization, and is nil if the
	// tests are not to read one.
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
		fmt.Fprintf(os.Stderr, "The tests that run the CLI are skipped: %s.\n", err)
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

// isolate takes out of the environment what could change a test, and says which
// CLI to use.
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
		"TF_ACC_PROVIDER_NAMESPACE": "unpod-ai",
		"TF_CLI_CONFIG_FILE":        os.DevNull,
	}
	if built.CLI.Name == "tofu" {
		variables["TF_ACC_PROVIDER_HOST"] = "registry.opentofu.org"
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

// documentedUnpod starts one with the configurations of the API's documentation.
func documentedUnpod(tb testing.TB) *unpodtest.Server {
	tb.Helper()
	return startUnpod(tb, unpodtest.Documented()...)
}

// startTLSUnpod starts one over TLS, which the system does not trust.
func startTLSUnpod(tb testing.TB, configurations ...unpodtest.Configuration) *unpodtest.Server {
	tb.Helper()
	return unpodtest.StartTLS(tb, unpodtest.New(unpodtest.Token, unpodtest.OrgHandle, configurations...))
}

// credentials returns the variables with which the provider reads the server,
// and others besides or in their place.
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

// factories returns a provider that sees these environment variables and no
// others, so that tests with different ones can run side by side.
func factories(variables map[string]string) map[string]func() (tfprotov6.ProviderServer, error) {
	getenv := func(name string) string { return variables[name] }
	return map[string]func() (tfprotov6.ProviderServer, error){
		"unpod": func() (tfprotov6.ProviderServer, error) { return newServer("test", getenv)(), nil },
	}
}

// feature is what a test needs of the CLI, and the minor versions of 1 that have it
// in Terraform and in OpenTofu, whose first version is 1.6.
type feature struct {
	name                string
	terraform, openTofu int
}

var (
	terraformData = feature{"`terraform_data`", 4, 6}
	checkBlock    = feature{"`check` blocks", 5, 6}
	mockProvider  = feature{"`mock_provider` in tests", 7, 8}
	// Terraform has ephemeral variables since 1.10, OpenTofu since 1.11, and a
	// configuration has one required_version for both.
	ephemeralToken  = feature{"examples/ephemeral-token", 11, 11}
	providerForEach = feature{"`for_each` on a provider", never, 9}
)

// never is the version of what one of the two does not have.
const never = 1 << 10

// needCLI skips a test if there is no CLI, or if it is older than the feature.
func needCLI(tb testing.TB, needed feature) {
	tb.Helper()
	if built == nil {
		tb.Skip("There is neither terraform nor tofu.")
	}
	minor := needed.terraform
	if built.CLI.Name == "tofu" {
		minor = needed.openTofu
	}
	if minor == never {
		tb.Skipf("%s: %s does not have it.", needed.name, built.CLI.Name)
	}
	if built.CLI.Minor < minor {
		tb.Skipf("%s: needs %s 1.%d, and this is %s.", needed.name, built.CLI.Name, minor, built.CLI.Version)
	}
}

// testSteps runs steps as terraform-plugin-testing does: with init, plans before
// and after each apply, and a provider in this process.
func testSteps(t *testing.T, variables map[string]string, steps ...resource.TestStep) {
	t.Helper()
	needCLI(t, feature{})
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: factories(variables), Steps: steps})
}

// testCLI applies a configuration once, with the built provider, and checks state
// or the error. Most tests need no more, and testSteps takes ten times as long.
func testCLI(t *testing.T, variables map[string]string, step resource.TestStep) {
	t.Helper()
	needCLI(t, feature{})
	if strings.Contains(step.Config, "terraform_data") {
		needCLI(t, terraformData)
	}
	w, env := withoutInit(t, step.Config, variables)
	output, err := w.Run(t.Context(), env, "apply", "-auto-approve", "-no-color")
	switch {
	case step.ExpectError == nil && err != nil:
		t.Fatal(err)
	case step.ExpectError != nil && (err == nil || !step.ExpectError.MatchString(output)):
		t.Errorf("got error %v, want one that matches %s:\n%s", err, step.ExpectError, output)
	case step.ExpectError == nil:
		checkState(t, w, step.ConfigStateChecks)
	}
}

// withoutInit returns a workspace that needs no init, and the variables for it.
func withoutInit(tb testing.TB, config string, variables map[string]string) (*sandbox.Workspace, map[string]string) {
	tb.Helper()
	needCLI(tb, feature{})
	w, err := built.WorkspaceFromText(required + config)
	if err != nil {
		tb.Fatal(err)
	}
	env := map[string]string{"TF_CLI_CONFIG_FILE": overrides}
	maps.Copy(env, variables)
	return w, env
}

// checkState checks what Terraform has in state. It reads the file, because the
// CLI would start the provider once more for that.
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

// diagnostic is what the CLI prints of a diagnostic. In the detail, {id} stands
// for a request id.
type diagnostic struct{ summary, detail string }

// requestIDPattern matches a random UUID.
const requestIDPattern = `[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`

// diagnostics matches the errors that the CLI printed to the letter, but for
// how their words are wrapped and for the place in the configuration, which
// stands between summary and detail.
func diagnostics(all ...diagnostic) *regexp.Regexp {
	var pattern strings.Builder
	for _, each := range all {
		pattern.WriteString(`Error: ` + words(each.summary) + `\n\n(?:  with [^\n]*\n)?(?:  on [^\n]*\n[^\n]*\n\n)?` + words(each.detail) + `\s*`)
	}
	return regexp.MustCompile(pattern.String() + `\z`)
}

// words matches a text however its words are wrapped.
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
