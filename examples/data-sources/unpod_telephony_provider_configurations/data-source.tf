# Every configuration of the organization.
data "unpod_telephony_provider_configurations" "all" {}

# The configurations at Twilio.
data "unpod_telephony_provider_configurations" "twilio" {
  provider_slug = "twilio"
}

output "twilio_ids" {
  description = "IDs of the configurations at Twilio."
  value       = data.unpod_telephony_provider_configurations.twilio.ids
}

output "ids_by_account_sid" {
  description = "IDs by account SID. Several configurations can share an account, and some have none."
  value = {
    for configuration in data.unpod_telephony_provider_configurations.all.provider_configurations :
    configuration.account_sid => configuration.id... if configuration.account_sid != null
  }
}
