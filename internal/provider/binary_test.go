// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"regexp"
	"strings"
	"testing"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// TestBinary_plansWithOneRequest also checks that a plan after an apply has no
// changes, even if the server returns the list in another order.
func TestBinary_plansWithOneRequest(t *testing.T) {
	t.Parallel()
	server := documentedUnpod(t)
	workspace := workspace(t, listConfig+`output "all" { value = `+listAddress+` }`)
	variables := credentials(server, nil)

	run(t, workspace, variables, "plan")
	if got := len(server.Requests()); got != 1 {
		t.Errorf("the plan sent %d requests, want 1", got)
	}
	run(t, workspace, variables, "apply", "-auto-approve")
	server.SetConfigurations(unpodtest.Documented()[1], unpodtest.Documented()[0])
	if output := run(t, workspace, variables, "plan", "-detailed-exitcode"); !strings.Contains(output, "No changes.") {
		t.Errorf("the second plan has changes:\n%s", output)
	}
}

// TestBinary_warnsAboutUnencryptedToken uses an address that is reserved for
// documentation, and sends nothing to it.
func TestBinary_warnsAboutUnencryptedToken(t *testing.T) {
	t.Parallel()
	workspace := workspace(t, `
provider "unpod" { base_url = "http://192.0.2.1" }
data "unpod_telephony_provider_configurations" "test" { count = 0 }
`)
	output := run(t, workspace, nil, "plan")
	for _, text := range []string{
		"Warning: The API token is sent unencrypted",
		`Anyone on the network path to base_url "http://192.0.2.1" (from the provider block) can read it. Use https:// instead.`,
	} {
		if !regexp.MustCompile(words(text)).MatchString(output) {
			t.Errorf("no %q in:\n%s", text, output)
		}
	}
}
