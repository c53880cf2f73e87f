// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// TestAccTelephonyProviderConfigurations reads the local Unpod and, on request, a
// real organization.
func TestAccTelephonyProviderConfigurations(t *testing.T) {
	t.Parallel()
	t.Run("local", func(t *testing.T) {
		t.Parallel()
		emoji := unpodtest.Configuration{ID: -1, Provider: new("हिन्\u200dदी"), AccountSID: new("👩\u200d💻 🏳️\u200d🌈")}
		testOrganization(t, credentials(startUnpod(t, append(unpodtest.Documented(), blank, bare, sip, emoji)...), nil))
	})
	t.Run("live", func(t *testing.T) {
		t.Parallel()
		if liveEnv == nil {
			t.Skip("To read a real organization, set UNPOD_ACC_LIVE=1, UNPOD_API_TOKEN and UNPOD_ORG_HANDLE, and UNPOD_BASE_URL if it is not on the hosted platform.")
		}
		testOrganization(t, liveEnv)
	})
}

// testOrganization compares the list and the lookup of each configuration with the
// API's response. It also plans again, which must show no changes.
func testOrganization(t *testing.T, variables map[string]string) {
	t.Helper()
	needCLI(t, feature{})
	var config strings.Builder
	config.WriteString(listConfig + `output "all" { value = ` + listAddress + ` }` + "\n")
	elements, ids := []knownvalue.Check{}, []knownvalue.Check{}
	var checks []statecheck.StateCheck
	for i, configuration := range askAPI(t, variables) {
		attributes := map[string]knownvalue.Check{
			"id":          knownvalue.Int64Exact(configuration.ID),
			"provider":    textOrNull(configuration.Provider),
			"account_sid": textOrNull(configuration.AccountSID),
			"created_at":  textOrNull(configuration.CreatedAt),
		}
		elements, ids = append(elements, knownvalue.ObjectExact(attributes)), append(ids, attributes["id"])
		fmt.Fprintf(&config, "data %q \"number_%d\" { id = %d }\n", lookupName, i, configuration.ID)
		for name, check := range attributes {
			address := fmt.Sprintf("data.%s.number_%d", lookupName, i)
			checks = append(checks, statecheck.ExpectKnownValue(address, tfjsonpath.New(strings.Replace(name, "provider", "provider_slug", 1)), check))
		}
	}
	checks = append(checks,
		statecheck.ExpectKnownValue(listAddress, tfjsonpath.New("provider_configurations"), knownvalue.ListExact(elements)),
		statecheck.ExpectKnownValue(listAddress, tfjsonpath.New("ids"), knownvalue.ListExact(ids)))
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories(variables),
		Steps:                    []resource.TestStep{{Config: config.String(), ConfigStateChecks: checks}},
	})
}

func textOrNull(text *string) knownvalue.Check {
	if text == nil {
		return knownvalue.Null()
	}
	return knownvalue.StringExact(*text)
}

// askAPI reads the list with the provider's settings, but without its client.
func askAPI(t *testing.T, variables map[string]string) []unpodtest.Configuration {
	t.Helper()
	s := resolve(unpodProviderModel{}, func(name string) string { return variables[name] })
	if s.readDiags.HasError() {
		t.Fatal("the environment variables are missing or invalid: ", s.readDiags)
	}
	token := strings.TrimPrefix(strings.TrimSpace(cmp.Or(variables["UNPOD_API_TOKEN"], variables["UNPOD_PLATFORM_TOKEN"])), "Token ")
	body, err := get(t.Context(), s.options.BaseURL.JoinPath(unpodtest.Path).String(), s.options.RootCAs,
		map[string]string{"Authorization": "Token " + token, "Org-Handle": s.options.OrgHandle})
	var list struct {
		Data []unpodtest.Configuration `json:"data"`
	}
	if err := cmp.Or(err, json.Unmarshal(body, &list)); err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(list.Data, func(a, b unpodtest.Configuration) int { return cmp.Compare(a.ID, b.ID) })
	return list.Data
}

// TestAccTelephonyProviderConfigurations_filterInHCL covers what HCL adds to the
// filters of both data sources: values that are null, known only during apply, or
// not in the form that Terraform normalizes text to.
func TestAccTelephonyProviderConfigurations_filterInHCL(t *testing.T) {
	t.Parallel()
	needCLI(t, terraformData)
	var config, values strings.Builder
	for i, each := range []struct{ name, attribute, filters string }{
		{listName, "ids", "provider_slug = null"},
		{listName, "ids", "provider_slug = terraform_data.slug.output"},
		{listName, "ids", "provider_slug = \"caf\u00e9\""},
		{listName, "ids", "provider_slug = \"vonage\""},
		{lookupName, "id", "id = 43\nprovider_slug = null"},
		{lookupName, "id", "id = terraform_data.id.output\nprovider_slug = \"twilio\""},
		{lookupName, "id", "provider_slug = \"cafe\u0301\""},
	} {
		fmt.Fprintf(&config, "data %q \"number_%d\" {\n%s\n}\n", each.name, i, each.filters)
		fmt.Fprintf(&values, "data.%s.number_%d.%s,", each.name, i, each.attribute)
	}
	w := fromText(t, config.String()+`
resource "terraform_data" "slug" { input = "twilio" }
resource "terraform_data" "id" { input = 42 }
output "found" { value = jsonencode([`+values.String()+`]) }
`)
	local := startUnpod(t, append(regions, unpodtest.Configuration{ID: 1, Provider: new("cafe\u0301")})...)
	output := run(t, w, attach(t, credentials(local, nil)), "apply", "-auto-approve")
	if want := `found = "[[1,7,42,43,50],[42,50],[1],[],43,42,1]"`; !strings.Contains(output, want) {
		t.Errorf("want %s in:\n%s", want, output)
	}
}
