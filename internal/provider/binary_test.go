// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// TestBinary_plansWithOneRequest also checks that the request names the CLI, and that
// a plan after an apply has no changes, even if the server returns the list in
// another order.
func TestBinary_plansWithOneRequest(t *testing.T) {
	t.Parallel()
	local := documentedUnpod(t)
	w := fromText(t, listConfig+`output "all" { value = `+listAddress+` }`)
	run(t, w, nil, "init")
	variables := credentials(local, nil)

	run(t, w, variables, "plan")
	asked, agent := local.Requests(), `^Terraform/1\.\d+\.\S+ \(\+https://www\.terraform\.io\) terraform-provider-unpod/dev$` // OpenTofu sends the Terraform version it is like.
	if len(asked) != 1 || !regexp.MustCompile(agent).MatchString(asked[0].Header.Get("User-Agent")) {
		t.Errorf("the plan sent %+v, want one request from %s", asked, agent)
	}
	run(t, w, variables, "apply", "-auto-approve")
	local.SetConfigurations(unpodtest.Documented()[1], unpodtest.Documented()[0])
	if output := run(t, w, variables, "plan", "-detailed-exitcode"); !strings.Contains(output, "No changes.") {
		t.Errorf("the second plan has changes:\n%s", output)
	}
}

// TestBinary_hidesSecretsInTraceLogs runs the built provider, without init, with all
// logs on. The server is a platform whose elements have secrets, and
// repeats the token in every way that does not make a read fail.
func TestBinary_hidesSecretsInTraceLogs(t *testing.T) {
	t.Parallel()
	local := startCanary(t)
	local.Set(func(s *unpodtest.Settings) { s.PublicCode = true })
	w := fromText(t, `
variable "api_token" {
  type      = string
  sensitive = true
}
provider "unpod" { api_token = var.api_token }
`+listConfig+`
output "all" { value = `+listAddress+` }
`)
	variables := credentials(local, map[string]string{
		"UNPOD_API_TOKEN": "", "TF_VAR_api_token": canary, "UNPOD_MAX_RETRIES": "1", "TF_CLI_CONFIG_FILE": overrides,
		"TF_LOG": "TRACE", "TF_LOG_PATH": filepath.Join(w.Dir, "trace.log"),
	})
	secrets := []string{canary, unpodtest.APIKey, unpodtest.APISecret}
	local.AnswerNext(unpodtest.Header("X-Echo", canary, unpodtest.JSON(502, `{"message":"Token `+canary+`"}`)))
	output := run(t, w, variables, "apply", "-auto-approve")
	local.AnswerNext(unpodtest.Unasked(`{"message":"`+canary+`","`+canary+`":"`+canary+`","data":[{"id":1,"`+canary+`":1}]}`, "Is this yours? "+canary))
	output += run(t, w, variables, "plan")
	malformed := `{"data":[{"id":"` + unpodtest.APISecret + `","api_key":"` + unpodtest.APIKey + `","provider":{"api_secret":"` + canary + `"}}]}`
	local.AnswerNext(unpodtest.BreakOff(canary+strings.Repeat(" ", 100)), unpodtest.JSON(200, malformed))
	failed, err := w.Run(t.Context(), variables, "plan", "-no-color")
	if err == nil || !strings.Contains(failed, oddShape) {
		t.Errorf("got error %v, want %q:\n%s", err, oddShape, failed)
	}
	wantHidden(t, output+failed, secrets...)
	var log string
	for _, secret := range secrets {
		log = searchFiles(t, w.Dir, secret, "terraform.tfstate")
	}
	for _, text := range []string{"Called the Unpod API", "Retrying the Unpod API request", "request_id=", "duration_ms="} {
		if !strings.Contains(log, text) {
			t.Errorf("the log does not contain %q, so searching it proves nothing", text)
		}
	}
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
func wantHidden(t *testing.T, text string, secrets ...string) {
	t.Helper()
	for _, secret := range secrets {
		for _, form := range encodings(secret) {
			if strings.Contains(text, form) {
				t.Errorf("found %s as %q in:\n%.2000s", secret, form, text)
			}
		}
	}
}

// searchFiles checks that no file below a directory contains a secret in any
// encoding, and returns the log. There must be a log and a file with the other
// name.
func searchFiles(t *testing.T, dir, secret, other string) (log string) {
	t.Helper()
	var searched []string
	files := os.DirFS(dir)
	err := fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		content, err := fs.ReadFile(files, path)
		wantHidden(t, string(content), secret)
		searched = append(searched, entry.Name())
		if entry.Name() == "trace.log" {
			log = string(content)
		}
		return err
	})
	if err != nil || !slices.Contains(searched, other) || log == "" {
		t.Errorf("got error %v, and only searched %v", err, searched)
	}
	return log
}
