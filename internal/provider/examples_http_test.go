// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-testing/config"
	testresource "github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// TestExamples_fromHTTP applies the configuration with data "http", and then the
// one that replaces it.
func TestExamples_fromHTTP(t *testing.T) {
	t.Parallel()
	t.Run("a configuration matches", func(t *testing.T) {
		t.Parallel()
		after := testresource.TestStep{
			ConfigPlanChecks: testresource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
			Check:            wantNoToken,
		}
		moveOver(t, documentedUnpod(t), after, statecheck.ExpectKnownOutputValue("twilio_id", knownvalue.Int64Exact(42)))
	})
	t.Run("nothing matches", func(t *testing.T) {
		t.Parallel()
		needCLI(t, feature{"a destroy after a failed step", 3, 6})
		after := testresource.TestStep{ExpectError: regexp.MustCompile("Error: No provider configuration matches")}
		moveOver(t, startUnpod(t, sip), after) // State does not have an output that is null.
	})
}

// moveOver applies both configurations against a server, and checks the state of
// the first.
func moveOver(t *testing.T, server *unpodtest.Server, after testresource.TestStep, checks ...statecheck.StateCheck) {
	t.Helper()
	needCLI(t, feature{})
	server.Set(func(s *unpodtest.Settings) { s.AnyOrganization = true })
	examples := filepath.Join(moduleRoot(t), "examples", "from-http")
	before := testresource.TestStep{
		Config:            strings.Replace(readFile(t, filepath.Join(examples, "before", "main.tf")), "https://unpod.dev", server.URL, 1),
		ConfigVariables:   config.Variables{"unpod_api_token": config.StringVariable(unpodtest.Token)},
		ConfigStateChecks: checks,
	}
	after.Config = readFile(t, filepath.Join(examples, "main.tf"))
	providers := factories(credentials(server, nil))
	providers["http"] = providerserver.NewProtocol6WithError(httpProvider{})
	testresource.UnitTest(t, testresource.TestCase{ProtoV6ProviderFactories: providers, Steps: []testresource.TestStep{before, after}})
}

// wantNoToken checks that the data source whose headers have the token is gone
// from state.
func wantNoToken(state *terraform.State) error {
	if strings.Contains(state.String(), unpodtest.Token) {
		return errors.New("the token is still in state")
	}
	return nil
}

// httpProvider stands in for hashicorp/http, which tests cannot install without
// a network. It has what the example uses.
type httpProvider struct{}

func (httpProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "http"
}

func (httpProvider) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}

func (httpProvider) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {
}

func (httpProvider) Resources(context.Context) []func() resource.Resource { return nil }

func (httpProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{func() datasource.DataSource { return httpDataSource{} }}
}

// httpDataSource stands in for the data source http.
type httpDataSource struct{}

type httpDataSourceModel struct {
	URL            string            `tfsdk:"url"`
	RequestHeaders map[string]string `tfsdk:"request_headers"`
	ResponseBody   types.String      `tfsdk:"response_body"`
}

func (httpDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "http"
}

func (httpDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"url":             schema.StringAttribute{Required: true},
		"request_headers": schema.MapAttribute{Optional: true, ElementType: types.StringType},
		"response_body":   schema.StringAttribute{Computed: true},
	}}
}

// Read gets the URL.
func (httpDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model httpDataSourceModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	body, err := get(ctx, model.URL, model.RequestHeaders)
	if err != nil {
		resp.Diagnostics.AddError("The request failed", err.Error())
		return
	}
	model.ResponseBody = types.StringValue(body)
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}

// get returns the body of a response.
func get(ctx context.Context, url string, headers map[string]string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return "", err
	}
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	response, err := transport.RoundTrip(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }() // It was read.
	body, err := io.ReadAll(response.Body)
	return string(body), err
}
