// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"strings"
	"testing"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// TestAccErrors runs the CLI to see what Terraform makes of errors: which line of
// the configuration it prints, and what is checked again during apply. Other tests
// check the errors themselves.
func TestAccErrors(t *testing.T) {
	t.Parallel()
	local, failing := startUnpod(t, unpodtest.Configuration{ID: 1, AccountSID: new("ACSECRET")}), startUnpod(t)
	twice := credentials(failing, map[string]string{"UNPOD_MAX_RETRIES": "1"})
	// If Terraform wrapped the line, a CI runner could take what follows for a command.
	shown := strings.Repeat("long ", 14) + "::stop-commands::x # # [link](https://unpod.example)"
	failing.AnswerAlways(unpodtest.JSON(503, `{"message":"`+strings.Replace(shown, "# #", "##", 1)+`"}`))
	const later = `resource "terraform_data" "later" { input = { id = %s } }` + "\n"
	for name, test := range map[string]struct {
		needed         feature
		config         string
		variables      map[string]string
		command        string
		want           []diagnostic
		prints, secret string // a line that is printed, and text that is not
	}{
		"all attempts fail": {
			config: listConfig, variables: twice, command: "plan",
			want: []diagnostic{failedRead(twice, 2, explanation{failedText, "returned status 503" + said(shown), tryLater})}, prints: "\n    \"" + shown + "\"\n",
		},
		"two values of the block are invalid": {
			config: "provider \"unpod\" {\nmax_retries = 11\nca_cert_pem = \"" + canary + "\"\n}\n" + listConfig, command: "validate",
			want: []diagnostic{invalid(t, argumentNamed("max_retries"), 11, fromBlock)}, prints: "max_retries = 11", secret: canary,
		},
		// If the error pointed to the block, Terraform would print the secret.
		"a block of one line is invalid": {
			config: `provider "unpod" { base_url = "https://user:` + canary + `@unpod.dev" }` + "\n" + listConfig, variables: map[string]string{"UNPOD_ORG_HANDLE": "acme", "UNPOD_API_TOKEN": "x"}, command: "plan",
			want: []diagnostic{invalid(t, argumentNamed("base_url"), "https://user:"+canary+"@unpod.dev", fromBlock)}, prints: strings.TrimSpace(listConfig), secret: canary,
		},
		"an argument is known only after apply": {
			needed: terraformData, config: fmt.Sprintf(later, `"1"`) + `provider "unpod" { base_url = terraform_data.later.output.id }` + "\n" + listConfig,
			variables: credentials(local, nil), command: "plan", want: []diagnostic{unknownError("base_url")},
		},
		"a condition is invalid during apply": {
			needed: terraformData, config: fmt.Sprintf(later, "42.5") + lookUp("id = terraform_data.later.output.id"),
			variables: credentials(local, nil), command: "apply -auto-approve", want: []diagnostic{invalidID},
		},
		"the only condition is null during apply": {
			needed: terraformData, config: fmt.Sprintf(later, "null") + lookUp("id = terraform_data.later.output.id"),
			variables: credentials(local, nil), command: "apply -auto-approve", want: []diagnostic{missingCondition},
		},
		// The value differs only in case from that of a configuration.
		"a sensitive value has no match": {
			config:    `variable "sid" { sensitive = true }` + "\n" + lookUp("account_sid = var.sid"),
			variables: credentials(local, map[string]string{"TF_VAR_sid": "ACsecret"}), command: "plan",
			want: []diagnostic{notFoundBy("account_sid = (as set)", "Matching is case-sensitive. The platform's account_sid differs in case.\n\n"+header+"\n    1       null            (as set)")}, prints: "account_sid = var.sid", secret: "acsecret",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			needCLI(t, test.needed)
			output, err := fromText(t, test.config).Run(t.Context(), attach(t, test.variables), append(strings.Fields(test.command), "-no-color")...)
			if got := strings.Count(output, "Error: "); err == nil || got != len(test.want) {
				t.Errorf("got error %v and %d messages, want %d:\n%s", err, got, len(test.want), output)
			}
			for _, want := range test.want {
				wantWords(t, output, "Error: "+want.summary)
				wantWords(t, output, want.detail)
			}
			if !strings.Contains(output, test.prints) || test.secret != "" && strings.Contains(strings.ToLower(output), test.secret) {
				t.Errorf("want %q, and not %q, in:\n%s", test.prints, test.secret, output)
			}
		})
	}
}
