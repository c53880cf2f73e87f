// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/unpod-ai/terraform-provider-unpod/internal/sandbox"
	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// canary is a token that is found wherever it gets to.
const canary = "canary-7f3a9c1e5b"

// canaryWorkspace has a configuration whose token is the canary, and the
// variables to run it with: against the server, and with every log there is.
func canaryWorkspace(t *testing.T, baseURL string) (*sandbox.Workspace, map[string]string) {
	t.Helper()
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
	return workspace, map[string]string{
		"TF_VAR_api_token":      canary,
		"UNPOD_ORG_HANDLE":      unpodtest.OrgHandle,
		"UNPOD_BASE_URL":        baseURL,
		"UNPOD_MAX_RETRIES":     "1",
		"UNPOD_REQUEST_TIMEOUT": "5s",
		"TF_LOG":                "TRACE",
		"TF_LOG_PATH":           filepath.Join(workspace.Dir, "trace.log"),
	}
}

// startCanary starts a local Unpod that accepts the canary.
func startCanary(t *testing.T) *unpodtest.Server {
	t.Helper()
	return unpodtest.Start(t, unpodtest.New(canary, unpodtest.OrgHandle, unpodtest.Documented()...))
}

// TestSecret_success reads with success, in the end, from a server that gives
// the token back wherever that is no error.
func TestSecret_success(t *testing.T) {
	t.Parallel()
	server := startCanary(t)
	workspace, variables := canaryWorkspace(t, server.URL)
	server.AnswerNext(unpodtest.Header("X-Echo", canary, unpodtest.JSON(502, `{"message":"Token `+canary+`"}`)))
	output := run(t, workspace, variables, "apply", "-auto-approve")
	server.AnswerNext(unpodtest.Unasked(`{"message":"`+canary+`","`+canary+`":"`+canary+`","data":[{"id":1,"`+canary+`":1}]}`, "Is this yours? "+canary))
	output += run(t, workspace, variables, "plan")
	if strings.Contains(output, canary) {
		t.Error("the token was printed")
	}
	log := searchFiles(t, workspace.Dir, "terraform.tfstate")
	for _, text := range []string{"Called the Unpod API", "Retrying the Unpod API request", "request_id=", "duration_ms="} {
		if !strings.Contains(log, text) {
			t.Errorf("the log, in which the token is looked for, does not have %q", text)
		}
	}
}

// echoes give the token back in all the ways that end in an error.
var echoes = map[string]http.HandlerFunc{
	"401":              unpodtest.JSON(401, `{"message":"No such token: `+canary+`"}`),
	"401, not decoded": unpodtest.JSON(401, `{"message":"No such token: \u0063anary-7f3a\u0000\u001b9c1e5b"}`),
	"403":              unpodtest.JSON(403, `{"message":"`+canary+`"}`),
	"404":              unpodtest.HTML(404, canary),
	"206":              unpodtest.JSON(206, `{"status_code":206,"message":"`+strings.Repeat("a ", 245)+canary+`"}`),
	"403 in a 200":     unpodtest.JSON(200, `{"status_code":403,"message":"`+canary+`"}`),
	"429":              unpodtest.Header("Retry-After", "3600", unpodtest.JSON(429, `{"message":"`+canary+`"}`)),
	"500":              unpodtest.HTML(500, canary),
	"503":              unpodtest.JSON(503, `{"message":"`+canary+`"}`),
	"a redirect":       unpodtest.Redirect(302, "https://"+canary+".example/"+canary),
	"a bad redirect":   unpodtest.Redirect(302, "https://%zz"+canary),
	"HTML":             unpodtest.HTML(200, canary),
	"a content type":   unpodtest.Body(200, "text/"+canary, canary),
	"no JSON":          unpodtest.JSON(200, canary),
	"no object":        unpodtest.JSON(200, `"`+canary+`"`),
	"a status code":    unpodtest.JSON(200, `{"status_code":"`+canary+`"}`),
	"data":             unpodtest.JSON(200, `{"data":"`+canary+`"}`),
	"an id":            unpodtest.JSON(200, `{"data":[{"id":"`+canary+`"}]}`),
	"a provider":       unpodtest.JSON(200, `{"data":[{"id":1,"provider":"`+canary+`"}]}`),
	"an account":       unpodtest.JSON(200, `{"data":[{"id":1,"account_sid":"AC`+canary+`"}]}`),
	"a date":           unpodtest.JSON(200, `{"data":[{"id":1,"created_at":"`+canary+`!"}]}`),
	"a total":          unpodtest.JSON(200, `{"count":2,"data":[{"id":1,"`+canary+`":1}]}`),
	"too much":         unpodtest.JSON(200, strings.Repeat(canary, 1<<20)),
	"broken off":       unpodtest.BreakOff(`{"data":["` + canary + `",    "                                      "]}`),
	"no HTTP":          raw(canary + "\r\n\r\n"),
	"a bad header":     raw("HTTP/1.1 200 OK\r\n" + canary + "\r\n\r\n"),
	"a bad length":     raw("HTTP/1.1 200 OK\r\nContent-Length: " + canary + "\r\n\r\n"),
	"a bad status":     raw("HTTP/1.1 " + canary + " OK\r\n\r\n"),
	"a bad encoding":   raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: " + canary + "\r\n\r\n"),
	"a slow answer":    unpodtest.Delay(time.Hour, unpodtest.HTML(200, canary)),
}

// raw answers with what need not be HTTP.
func raw(answer string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err) // The local Unpod speaks HTTP/1.1, whose connections can be taken over.
		}
		_, _ = fmt.Fprint(connection, answer)
		_ = connection.Close()
	}
}

// TestSecret_errors reads from a server that gives the token back in an error of
// each class.
func TestSecret_errors(t *testing.T) {
	t.Parallel()
	for name, echo := range echoes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startCanary(t)
			server.AnswerAlways(unpodtest.Header("X-Echo", canary, unpodtest.Header("Www-Authenticate", canary, echo)))
			workspace, variables := canaryWorkspace(t, server.URL)
			if name == "a slow answer" {
				variables["UNPOD_REQUEST_TIMEOUT"] = "50ms"
			}
			output, err := workspace.Run(t.Context(), variables, "plan", "-no-color")
			if err == nil || len(server.Requests()) == 0 {
				t.Fatalf("the plan did not fail:\n%s", output)
			}
			if strings.Contains(output, canary) {
				t.Errorf("the token was printed:\n%s", output)
			}
			searchFiles(t, workspace.Dir, "main.tf")
		})
	}
}

// TestSecret_certificate has the token in the name of a certificate, which an
// error of crypto/x509 tells.
func TestSecret_certificate(t *testing.T) {
	t.Parallel()
	server := unpodtest.StartTLS(t, unpodtest.New(canary, unpodtest.OrgHandle), canary+".example")
	workspace, variables := canaryWorkspace(t, strings.Replace(server.URL, "127.0.0.1", "localhost", 1))
	variables["UNPOD_CA_CERT_PEM"] = server.CACertPEM
	output, err := workspace.Run(t.Context(), variables, "plan", "-no-color")
	if err == nil || !strings.Contains(output, "(redacted)") {
		t.Errorf("the plan did not fail for the certificate's name:\n%s", output)
	}
	searchFiles(t, workspace.Dir, "main.tf")
}

// searchFiles looks for the canary in all files of a workspace, the log and one
// other among them, and returns the log.
func searchFiles(t *testing.T, dir, other string) (log string) {
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
		if strings.Contains(string(content), canary) {
			t.Errorf("the token is in %s", entry.Name())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if !searched[other] || !searched["trace.log"] {
		t.Errorf("searched only %v", searched)
	}
	return log
}
