// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/unpod-ai/terraform-provider-unpod/internal/sandbox"
)

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

const (
	// listAddress is the address of the data source in listConfig.
	listAddress = "data." + listName + ".test"
	listConfig  = `data "` + listName + `" "test" {}` + "\n"

	required = `terraform {
  required_providers {
    unpod = { source = "unpod-ai/unpod" }
  }
}
`
)

// lookUp returns a lookup with these conditions.
func lookUp(conditions string) string {
	return "data \"" + lookupName + "\" \"test\" {\n" + conditions + "\n}\n"
}

// fromText returns a workspace with a configuration. It adds required_providers if
// that is missing.
func fromText(tb testing.TB, config string) *sandbox.Workspace {
	tb.Helper()
	needCLI(tb, feature{})
	if !strings.Contains(config, "required_providers") {
		config = required + config
	}
	made, err := built.WorkspaceFromText(config)
	if err != nil {
		tb.Fatal(err)
	}
	return made
}

// attach starts a provider in this process that sees these variables. It returns
// them with the variable that attaches the CLI to it. The CLI then needs no init,
// and does not start a provider, which takes four fifths of a short run. All
// provider blocks share the attached provider, so tests with several use built.
func attach(tb testing.TB, variables map[string]string) map[string]string {
	tb.Helper()
	needCLI(tb, feature{})
	address := built.CLI.Registry() + "/unpod-ai/unpod"
	ctx, stop := context.WithCancel(tb.Context())
	started, stopped := make(chan *plugin.ReattachConfig), make(chan struct{})
	p := withVariables(variables)
	go func() {
		_ = tf6server.Serve(address, func() tfprotov6.ProviderServer { return p }, tf6server.WithDebug(ctx, started, stopped), tf6server.WithGoPluginLogger(hclog.NewNullLogger()))
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

// run runs the CLI, which must succeed, and returns its output.
func run(tb testing.TB, w *sandbox.Workspace, variables map[string]string, args ...string) string {
	tb.Helper()
	output, err := w.Run(tb.Context(), variables, append(args, "-no-color")...)
	if err != nil {
		tb.Fatal(err)
	}
	return output
}

// wantWords checks that an output contains a text, however its lines are wrapped.
func wantWords(tb testing.TB, output, text string) {
	tb.Helper()
	if !regexp.MustCompile(words(text)).MatchString(output) {
		tb.Errorf("no %q in:\n%s", text, output)
	}
}

// words returns a pattern that matches a text however its lines are wrapped.
func words(text string) string {
	pattern := strings.Join(strings.Fields(regexp.QuoteMeta(text)), `\s+`)
	return strings.ReplaceAll(pattern, `\{id\}`, requestID.String())
}

// example returns an initialized workspace with an example. It adds
// required_providers if that is missing.
func example(tb testing.TB, name string) *sandbox.Workspace {
	tb.Helper()
	needCLI(tb, feature{})
	made, err := built.Workspace(filepath.Join(moduleRoot(tb), name))
	if err != nil {
		tb.Fatal(err)
	}
	if all := slices.Collect(maps.Values(filesUnder(tb, name))); !strings.Contains(strings.Join(all, ""), "required_providers") {
		writeFile(tb, filepath.Join(made.Dir, "required.tf"), required)
	}
	run(tb, made, nil, "init")
	return made
}

func readFile(tb testing.TB, path string) string {
	tb.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	return string(content)
}

func writeFile(tb testing.TB, path, content string) {
	tb.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		tb.Fatal(err)
	}
}

// configWithMirror returns the path of a CLI configuration that installs providers
// from the registry. If the environment variable is set, it installs them from that
// directory instead, which terraform providers mirror has created.
func configWithMirror(tb testing.TB, variable string) string {
	tb.Helper()
	config := "# Install from the registry.\n"
	if mirror := os.Getenv(variable); mirror != "" {
		config = fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", filepath.ToSlash(mirror))
	}
	file := filepath.Join(tb.TempDir(), "mirror.tfrc")
	writeFile(tb, file, config)
	return file
}
