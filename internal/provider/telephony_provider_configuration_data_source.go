// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpod"
)

var (
	_ datasource.DataSourceWithConfigure        = (*telephonyProviderConfigurationDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*telephonyProviderConfigurationDataSource)(nil)
)

// telephonyProviderConfigurationDataSource implements the data source
// unpod_telephony_provider_configuration.
type telephonyProviderConfigurationDataSource struct{ configuredDataSource }

// lookupModel holds the values of the data block.
type lookupModel struct {
	ID           types.Number `tfsdk:"id"`
	ProviderSlug types.String `tfsdk:"provider_slug"`
	AccountSID   types.String `tfsdk:"account_sid"`
	CreatedAt    types.String `tfsdk:"created_at"`
}

// newTelephonyProviderConfigurationDataSource returns an unconfigured data source.
func newTelephonyProviderConfigurationDataSource() datasource.DataSource {
	return &telephonyProviderConfigurationDataSource{}
}

// Metadata names the data source.
func (d *telephonyProviderConfigurationDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_telephony_provider_configuration"
}

// Schema describes the data source.
func (d *telephonyProviderConfigurationDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	const condition = " If set, the configuration must have this value."
	resp.Schema = schema.Schema{
		MarkdownDescription: "Look up one telephony provider configuration of your Unpod organization by `id`, `provider_slug` or `account_sid`. " +
			"All that you set must match. Fails unless exactly one configuration does. Returns all four attributes.",
		Attributes: map[string]schema.Attribute{
			"id":            schema.NumberAttribute{Optional: true, Computed: true, Validators: []validator.Number{int64Validator{}}, MarkdownDescription: idDescription + condition},
			"provider_slug": schema.StringAttribute{Optional: true, Computed: true, Validators: notEmpty, MarkdownDescription: providerDescription + condition + reservedDescription},
			"account_sid":   schema.StringAttribute{Optional: true, Computed: true, Validators: notEmpty, MarkdownDescription: accountSIDDescription + condition},
			"created_at":    schema.StringAttribute{Computed: true, MarkdownDescription: createdAtDescription},
		},
	}
}

// ConfigValidators requires a condition. Without one, a lookup would work only
// until the organization has a second configuration.
func (d *telephonyProviderConfigurationDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{
		datasourcevalidator.AtLeastOneOf(path.MatchRoot("id"), path.MatchRoot("provider_slug"), path.MatchRoot("account_sid")),
	}
}

// Read fails unless exactly one of the organization's configurations matches.
func (d *telephonyProviderConfigurationDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model lookupModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	configurations, diags := read(ctx, d.data, (*unpod.Client).ProviderConfigurations)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	conditions := filter{id: model.ID, providerSlug: model.ProviderSlug, accountSID: model.AccountSID}
	switch matches := conditions.apply(configurations); len(matches) {
	case 0:
		resp.Diagnostics.Append(conditions.noMatch(configurations, d.data.settings))
	case 1:
		resp.Diagnostics.Append(resp.State.Set(ctx, newElement(matches[0]))...)
	default:
		resp.Diagnostics.Append(conditions.severalMatches(matches, d.data.settings))
	}
}
