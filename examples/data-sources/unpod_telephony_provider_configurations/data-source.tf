# All configurations of your organization.
data "unpod_telephony_provider_configurations" "all" {}

# The configurations at Twilio.
data "unpod_telephony_provider_configurations" "twilio" {
  provider_slug = "twilio"
}

# This resource stands in for your own: one for each configuration at Twilio.
resource "terraform_data" "twilio" {
  for_each = {
    for configuration in data.unpod_telephony_provider_configurations.twilio.provider_configurations :
    configuration.id => configuration
  }

  input = { provider_config_id = each.value.id }
}

output "providers" {
  description = "Slugs of the telephony providers that your organization uses."
  value       = distinct(data.unpod_telephony_provider_configurations.all.provider_configurations[*].provider)
}
