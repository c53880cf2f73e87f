// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"strings"
	"testing"

	"github.com/unpod-ai/terraform-provider-unpod/internal/sandbox"
	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
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
	isolate()
	return m.Run(), nil
}

// unpodVariables returns the environment variables that the provider reads.
func unpodVariables() map[string]string {
	variables := map[string]string{}
	for _, a := range arguments {
		for _, name := range a.variables {
			variables[name] = os.Getenv(name)
		}
	}
	return variables
}

// isolate unsets the environment variables that could affect a test, and selects
// the CLI for terraform-plugin-testing.
func isolate() {
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, "TF_") || strings.HasPrefix(name, "UNPOD_") || strings.HasSuffix(strings.ToUpper(name), "_PROXY") {
			_ = os.Unsetenv(name) // The name is valid.
		}
	}
	if built == nil {
		return
	}
	for name, value := range map[string]string{
		"TF_ACC_TERRAFORM_PATH":     built.CLI.Path,
		"TF_ACC_PROVIDER_HOST":      built.CLI.Registry(),
		"TF_ACC_PROVIDER_NAMESPACE": "unpod-ai",
		"TF_CLI_CONFIG_FILE":        os.DevNull,
		// Providers in this process would log everything to standard error.
		"TF_LOG_PROVIDER": "OFF",
		"TF_LOG_SDK":      "OFF",
	} {
		_ = os.Setenv(name, value) // The names are valid.
	}
}

// canary is a token that is easy to find wherever it leaks.
const canary = "canary-K7f3a9c1e5b"

// These configurations have null or empty fields.
var (
	sip   = unpodtest.Configuration{ID: 7, Provider: new("sip"), CreatedAt: new("07-02-2026 10:00")}
	blank = unpodtest.Configuration{ID: 8, Provider: new(""), AccountSID: new(""), CreatedAt: new("")}
	bare  = unpodtest.Configuration{ID: 9}
)

// regions includes two configurations with the same provider.
var regions = []unpodtest.Configuration{
	{ID: 50, Provider: new("twilio"), AccountSID: new("ACeurope"), CreatedAt: new("2026-03-01T00:00:00Z")},
	{ID: 42, Provider: new("twilio"), AccountSID: new("ACamerica"), CreatedAt: new("2026-02-07T10:00:00Z")},
	{ID: 43, Provider: new("plivo"), AccountSID: new("MAasia"), CreatedAt: new("2026-02-10T09:00:00Z")},
	sip,
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

// startCanary starts a local Unpod that accepts the canary.
func startCanary(tb testing.TB) *unpodtest.Server {
	tb.Helper()
	return unpodtest.Start(tb, unpodtest.New(canary, unpodtest.OrgHandle, unpodtest.Documented()...))
}

// credentials returns the environment variables for reading from the server. Those
// in more override them.
func credentials(local *unpodtest.Server, more map[string]string) map[string]string {
	variables := map[string]string{
		"UNPOD_API_TOKEN":   local.Token,
		"UNPOD_ORG_HANDLE":  local.OrgHandle,
		"UNPOD_BASE_URL":    local.URL,
		"UNPOD_MAX_RETRIES": "0",
	}
	maps.Copy(variables, more)
	return variables
}
