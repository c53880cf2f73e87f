// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/unpod-ai/terraform-provider-unpod/internal/sandbox"
	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// initialize has init install the provider in a new workspace.
func initialize(t *testing.T, workspace *sandbox.Workspace, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	run(t, workspace, nil, "init")
}

// run runs the CLI, which must succeed, and returns what it printed.
func run(t *testing.T, workspace *sandbox.Workspace, variables map[string]string, args ...string) string {
	t.Helper()
	output, err := workspace.Run(t.Context(), variables, append(args, "-no-color")...)
	if err != nil {
		t.Fatal(err)
	}
	return output
}

const required = `terraform {
  required_providers {
    unpod = { source = "unpod-ai/unpod" }
  }
}
`

// TestBinary_oneRequest counts what a plan asks. The second plan follows an
// apply, and the server answers in another order.
func TestBinary_oneRequest(t *testing.T) {
	t.Parallel()
	server := documentedUnpod(t)
	workspace, err := built.WorkspaceFromText(required + listConfig + `output "all" { value = ` + listAddress + ` }`)
	initialize(t, workspace, err)
	variables := credentials(server, nil)

	run(t, workspace, variables, "plan")
	if got := len(server.Requests()); got != 1 {
		t.Errorf("a plan asked %d times, not once", got)
	}
	run(t, workspace, variables, "apply", "-auto-approve")
	server.SetConfigurations(unpodtest.Documented()[1], unpodtest.Documented()[0])
	if output := run(t, workspace, variables, "plan", "-detailed-exitcode"); !strings.Contains(output, "No changes.") {
		t.Errorf("the second plan has changes:\n%s", output)
	}
}

// TestBinary_clearText has the warning for a token that crosses a network. The
// address is one that is reserved for documentation, and nothing is read.
func TestBinary_clearText(t *testing.T) {
	t.Parallel()
	workspace, err := built.WorkspaceFromText(required + `
provider "unpod" { base_url = "http://192.0.2.1" }
data "unpod_telephony_provider_configurations" "test" { count = 0 }
`)
	initialize(t, workspace, err)
	output := run(t, workspace, nil, "plan")
	for _, text := range []string{
		"Warning: The API token is sent unencrypted",
		"base_url begins with http://, and its host is not this machine: whoever is on the way can read the API token. Use https:// instead.",
	} {
		if !regexp.MustCompile(words(text)).MatchString(output) {
			t.Errorf("no %q in:\n%s", text, output)
		}
	}
}

// TestBinary_secret reads with a token that the server gives back wherever it
// can, with every log there is, and looks for the token in all that is left.
func TestBinary_secret(t *testing.T) {
	t.Parallel()
	const canary = "canary-7f3a9c1e5b"
	api := unpodtest.New(canary, unpodtest.OrgHandle, unpodtest.Documented()...)
	server, err := api.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	workspace, err := built.WorkspaceFromText(required + `
variable "api_token" {
  type      = string
  sensitive = true
}
provider "unpod" { api_token = var.api_token }
` + listConfig + `
output "all" { value = ` + listAddress + ` }
`)
	initialize(t, workspace, err)
	variables := credentials(server, map[string]string{
		"TF_VAR_api_token":  canary,
		"UNPOD_API_TOKEN":   "",
		"UNPOD_MAX_RETRIES": "1",
		"TF_LOG":            "TRACE",
		"TF_LOG_PATH":       filepath.Join(workspace.Dir, "trace.log"),
	})
	server.AnswerNext(unpodtest.Header("X-Echo", canary, unpodtest.JSON(502, `{"message":"Token `+canary+`"}`)))
	output := run(t, workspace, variables, "apply", "-auto-approve")

	server.AnswerNext(unpodtest.Unasked(`{"data":[]}`, "Is this yours? "+canary))
	output += run(t, workspace, variables, "plan")

	server.AnswerNext(unpodtest.Header("X-Echo", canary, unpodtest.JSON(401, `{"message":"No such token: `+canary+`"}`)))
	failure, err := workspace.Run(t.Context(), variables, "plan")
	if err == nil || !strings.Contains(failure, "(redacted)") {
		t.Errorf("the plan did not fail with the server's message:\n%s", failure)
	}
	if strings.Contains(output+failure, canary) {
		t.Error("the token was printed")
	}
	log := searchFiles(t, workspace.Dir, canary)
	for _, text := range []string{"Called the Unpod API", "Calling the Unpod API again", "request_id=", "duration_ms="} {
		if !strings.Contains(log, text) {
			t.Errorf("the log, in which the token is looked for, does not have %q", text)
		}
	}
}

// searchFiles looks for a text in all files of a workspace, the log and the
// state among them, and returns the log.
func searchFiles(t *testing.T, dir, text string) (log string) {
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
		if strings.Contains(string(content), text) {
			t.Errorf("the token is in %s", entry.Name())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if !searched["terraform.tfstate"] || !searched["trace.log"] {
		t.Errorf("searched only %v", searched)
	}
	return log
}
