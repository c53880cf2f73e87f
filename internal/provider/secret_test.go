// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/unpod-ai/terraform-provider-unpod/internal/sandbox"
	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// canaryWorkspace returns a workspace whose token is the canary, and the variables
// for a run against the server with all logs on.
func canaryWorkspace(t *testing.T, baseURL string) (*sandbox.Workspace, map[string]string) {
	t.Helper()
	w, variables := withoutInit(t, `
variable "api_token" {
  type      = string
  sensitive = true
}
provider "unpod" { api_token = var.api_token }
`+listConfig+`
output "all" { value = `+listAddress+` }
`, map[string]string{
		"TF_VAR_api_token":      canary,
		"UNPOD_ORG_HANDLE":      unpodtest.OrgHandle,
		"UNPOD_BASE_URL":        baseURL,
		"UNPOD_MAX_RETRIES":     "1",
		"UNPOD_REQUEST_TIMEOUT": "5s",
		"TF_LOG":                "TRACE",
	})
	variables["TF_LOG_PATH"] = filepath.Join(w.Dir, "trace.log")
	return w, variables
}

// TestSecret_staysHiddenOnSuccess reads from a server that echoes the token in
// every way that does not make the read fail.
func TestSecret_staysHiddenOnSuccess(t *testing.T) {
	t.Parallel()
	server := startCanary(t)
	workspace, variables := canaryWorkspace(t, server.URL)
	server.AnswerNext(unpodtest.Header("X-Echo", canary, unpodtest.JSON(502, `{"message":"Token `+canary+`"}`)))
	output := run(t, workspace, variables, "apply", "-auto-approve")
	server.AnswerNext(unpodtest.Unasked(`{"message":"`+canary+`","`+canary+`":"`+canary+`","data":[{"id":1,"`+canary+`":1}]}`, "Is this yours? "+canary))
	output += run(t, workspace, variables, "plan")
	wantHidden(t, output, canary)
	log := searchFiles(t, workspace.Dir, canary, "terraform.tfstate")
	for _, text := range []string{"Called the Unpod API", "Retrying the Unpod API request", "request_id=", "duration_ms="} {
		if !strings.Contains(log, text) {
			t.Errorf("the log does not contain %q, so searching it proves nothing", text)
		}
	}
}

// echoes are responses with the token that make the read fail.
var echoes = map[string]http.HandlerFunc{
	"401":            unpodtest.JSON(401, `{"message":"No such token: `+canary+`"}`),
	"401, escaped":   unpodtest.JSON(401, `{"message":"No such token: \u0063anary-7f3a\u0000\u001b9c1e5b"}`),
	"403":            unpodtest.JSON(403, `{"message":"`+canary+`"}`),
	"404":            unpodtest.HTML(404, canary),
	"206":            unpodtest.JSON(206, `{"status_code":206,"message":"`+strings.Repeat("a ", 245)+canary+`"}`),
	"403 in a 200":   unpodtest.JSON(200, `{"status_code":403,"message":"`+canary+`"}`),
	"429":            unpodtest.Header("Retry-After", "3600", unpodtest.JSON(429, `{"message":"`+canary+`"}`)),
	"error code":     unpodtest.JSON(429, `{"error":{"code":"`+canary+`","message":"No."}}`),
	"500":            unpodtest.HTML(500, canary),
	"503":            unpodtest.JSON(503, `{"message":"`+canary+`"}`),
	"redirect":       unpodtest.Redirect(302, "https://"+canary+".example/"+canary),
	"bad redirect":   unpodtest.Redirect(302, "https://%zz"+canary),
	"HTML":           unpodtest.HTML(200, canary),
	"content type":   unpodtest.Body(200, "text/"+canary, canary),
	"not JSON":       unpodtest.JSON(200, canary),
	"not an object":  unpodtest.JSON(200, `"`+canary+`"`),
	"status_code":    unpodtest.JSON(200, `{"status_code":"`+canary+`"}`),
	"data":           unpodtest.JSON(200, `{"data":"`+canary+`"}`),
	"id":             unpodtest.JSON(200, `{"data":[{"id":"`+canary+`"}]}`),
	"provider":       unpodtest.JSON(200, `{"data":[{"id":1,"provider":"`+canary+`"}]}`),
	"account_sid":    unpodtest.JSON(200, `{"data":[{"id":1,"account_sid":"AC`+canary+`"}]}`),
	"created_at":     unpodtest.JSON(200, `{"data":[{"id":1,"created_at":"`+canary+`!"}]}`),
	"count":          unpodtest.JSON(200, `{"count":2,"data":[{"id":1,"`+canary+`":1}]}`),
	"oversized body": unpodtest.JSON(200, strings.Repeat(canary, 1<<20)),
	"truncated body": unpodtest.BreakOff(`{"data":["` + canary + `",    "                                      "]}`),
	"not HTTP":       raw(canary + "\r\n\r\n"),
	"bad header":     raw("HTTP/1.1 200 OK\r\n" + canary + "\r\n\r\n"),
	"bad length":     raw("HTTP/1.1 200 OK\r\nContent-Length: " + canary + "\r\n\r\n"),
	"bad status":     raw("HTTP/1.1 " + canary + " OK\r\n\r\n"),
	"bad encoding":   raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: " + canary + "\r\n\r\n"),
	"slow response":  unpodtest.Delay(time.Hour, unpodtest.HTML(200, canary)),
}

// raw answers with bytes that need not be HTTP.
func raw(answer string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err) // The local Unpod speaks HTTP/1.1, which supports this.
		}
		_, _ = fmt.Fprint(connection, answer)
		_ = connection.Close()
	}
}

// TestSecret_staysHiddenInErrors checks all that Terraform gets from the provider:
// the diagnostic and the logs.
func TestSecret_staysHiddenInErrors(t *testing.T) {
	t.Parallel()
	for name, echo := range echoes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := echoing(t, echo)
			variables := credentials(server, map[string]string{"UNPOD_API_TOKEN": canary, "UNPOD_MAX_RETRIES": "1"})
			if name == "slow response" {
				variables["UNPOD_REQUEST_TIMEOUT"] = "50ms"
			}
			got, log := readErrorAndLog(t, configured(t, variables))
			if !strings.Contains(log, "Called the Unpod API") {
				t.Errorf("the log does not contain the call, so searching it proves nothing:\n%s", log)
			}
			wantHidden(t, got.Summary+got.Detail+log, canary)
		})
	}
}

// TestSecret_staysHiddenInCLILogs checks the CLI's output and logs for some of the
// errors.
func TestSecret_staysHiddenInCLILogs(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"401", "truncated body", "not HTTP"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			workspace, variables := canaryWorkspace(t, echoing(t, echoes[name]).URL)
			output, err := workspace.Run(t.Context(), variables, "plan", "-no-color")
			if err == nil {
				t.Errorf("the plan did not fail:\n%s", output)
			}
			wantHidden(t, output, canary)
			if log := searchFiles(t, workspace.Dir, canary, "main.tf"); !strings.Contains(log, "Called the Unpod API") {
				t.Error("the log does not contain the call, so searching it proves nothing")
			}
		})
	}
}

// echoing starts a server that echoes the token in every response.
func echoing(t *testing.T, echo http.HandlerFunc) *unpodtest.Server {
	t.Helper()
	server := startCanary(t)
	server.AnswerAlways(unpodtest.Header("X-Echo", canary, unpodtest.Header("Www-Authenticate", canary, echo)))
	return server
}

// TestSecret_staysHiddenInOneLineBlock checks a provider block on one line, which
// Terraform prints with any diagnostic about the block.
func TestSecret_staysHiddenInOneLineBlock(t *testing.T) {
	t.Parallel()
	for name, block := range map[string]string{
		"invalid token":   `provider "unpod" { api_token = "Bearer ` + canary + `" }`,
		"valid token":     `provider "unpod" { api_token = "` + canary + `" }`,
		"token as handle": `provider "unpod" { org_handle = "` + canary + `" }`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			workspace, variables := attached(t, block+"\n"+listConfig, map[string]string{
				"UNPOD_API_TOKEN": canary, "UNPOD_BASE_URL": "http://192.0.2.1", "UNPOD_MAX_RETRIES": "none",
			})
			var output strings.Builder
			for _, args := range [][]string{{"validate"}, {"validate", "-json"}, {"plan"}, {"plan", "-json"}} {
				printed, _ := workspace.Run(t.Context(), variables, append(args, "-no-color")...) // The plans fail.
				output.WriteString(printed)
			}
			if printed := output.String(); !strings.Contains(printed, "Invalid max_retries") || !strings.Contains(printed, "sent unencrypted") {
				t.Errorf("the output does not have both diagnostics:\n%s", printed)
			}
			wantHidden(t, output.String(), canary)
		})
	}
}

// TestSecret_isFoundAfterNormalization uses U+212A, the Kelvin sign, which
// Terraform would normalize to the K of the token.
func TestSecret_isFoundAfterNormalization(t *testing.T) {
	t.Parallel()
	const token = "K-canary-7f3a9c1e5b" //nolint:gosec // It is not a secret.
	server := unpodtest.Start(t, unpodtest.New(token, unpodtest.OrgHandle, unpodtest.Configuration{ID: 1, AccountSID: new("\u212a-canary-7f3a9c1e5b")}))
	workspace, variables := canaryWorkspace(t, server.URL)
	variables["TF_VAR_api_token"] = token
	output, err := workspace.Run(t.Context(), variables, "apply", "-auto-approve", "-no-color")
	if err == nil || !strings.Contains(output, tokenReturned) {
		t.Errorf("got error %v, want %q:\n%s", err, tokenReturned, output)
	}
	wantHidden(t, output, token)
	searchFiles(t, workspace.Dir, token, "main.tf")
}

func TestSecret_isFoundAsNumber(t *testing.T) {
	t.Parallel()
	const token = "1234567890123"
	for name, body := range map[string]string{
		"id":          `{"data":[{"id":` + token + `}]}`,
		"provider":    `{"data":[{"id":1,"provider":` + token + `}]}`,
		"status_code": `{"status_code":` + token + `,"message":"No.","data":[]}`,
		"count":       `{"count":` + token + `,"data":[]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := unpodtest.Start(t, unpodtest.New(token, unpodtest.OrgHandle))
			server.AnswerAlways(unpodtest.JSON(200, body))
			got := readError(t, configured(t, credentials(server, map[string]string{"UNPOD_API_TOKEN": token})))
			if got.Summary != tokenReturned || strings.Contains(got.Detail, token) || !strings.Contains(got.Detail, name+" contains the API token") {
				t.Errorf("got %q: %s", got.Summary, got.Detail)
			}
		})
	}
}

// TestCharacters_rejectUnsafe covers characters that could mislead a reader or
// control a terminal.
func TestCharacters_rejectUnsafe(t *testing.T) {
	t.Parallel()
	for _, field := range []string{"provider", "account_sid", "created_at"} {
		for name, test := range map[string]struct{ text, kind string }{
			"escape sequence":     {`\u001b[2J`, "a control character (U+001B)"},
			"bell":                {`\u0007`, "a control character (U+0007)"},
			"line break":          {`\n`, "a line break (U+000A)"},
			"carriage return":     {`\r`, "a line break (U+000D)"},
			"line separator":      {`\u2028`, "a line break (U+2028)"},
			"C1":                  {`\u009b31m`, "a control character (U+009B)"},
			"direction mark":      {`\u202e`, "an invisible or text-direction character (U+202E)"},
			"zero-width space":    {`\u200b`, "an invisible or text-direction character (U+200B)"},
			"tag":                 {`\udb40\udc41`, "an invisible or text-direction character (U+E0041)"},
			"joiner at the end":   {`a\u200d`, "an invisible or text-direction character (U+200D)"},
			"joiner before digit": {`a\u200d1`, "an invisible or text-direction character (U+200D)"},
		} {
			t.Run(field+"/"+name, func(t *testing.T) {
				t.Parallel()
				server := startUnpod(t)
				server.AnswerAlways(unpodtest.JSON(200, `{"data":[{"id":1},{"id":2,"`+field+`":"AC`+test.text+`"}]}`))
				got := readError(t, configured(t, credentials(server, nil)))
				if want := "data[1]." + field + " contains " + test.kind + "."; got.Summary != oddShape || !strings.Contains(got.Detail, want) {
					t.Errorf("got %q: %s\nwant %q", got.Summary, got.Detail, want)
				}
			})
		}
	}
}

// TestAccCharacters_keepAnyScript includes the joiners and non-joiners that some
// scripts and emoji need.
func TestAccCharacters_keepAnyScript(t *testing.T) {
	t.Parallel()
	var configurations []unpodtest.Configuration
	for id, text := range []string{"Zürich büro 1", "東京 支社", "می\u200cخواهم", "क्\u200dष", "👩\u200d💻 🏳️\u200d🌈", "a\u00a0b"} {
		configurations = append(configurations, unpodtest.Configuration{ID: int64(id), AccountSID: new(text)})
	}
	testCLI(t, credentials(startUnpod(t, configurations...), nil), cliTest{config: listConfig, checks: lists(configurations...)})
}

// TestSecret_isRedactedInCertificateNames checks an error of crypto/x509 that
// contains such a name.
func TestSecret_isRedactedInCertificateNames(t *testing.T) {
	t.Parallel()
	server := unpodtest.StartTLS(t, unpodtest.New(canary, unpodtest.OrgHandle), canary+".example")
	workspace, variables := canaryWorkspace(t, strings.Replace(server.URL, "127.0.0.1", "localhost", 1))
	variables["UNPOD_CA_CERT_PEM"] = server.CACertPEM
	output, err := workspace.Run(t.Context(), variables, "plan", "-no-color")
	if err == nil || !strings.Contains(output, "(redacted)") {
		t.Errorf("got error %v, want one with a redacted certificate name:\n%s", err, output)
	}
	searchFiles(t, workspace.Dir, canary, "main.tf")
}
